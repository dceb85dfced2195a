import type { Taken } from './allowance.mts';
import type { Switches } from './switches.mts';

type Headers = Record<string, string>;

/** The `Date` header, unless it is switched off. */
export const dateHeader = (at: number, { dateHeader, clockSkewMs }: Switches): Headers =>
	dateHeader ? { date: httpDate(at + clockSkewMs) } : {};

const httpDate = (ms: number) => new Date(ms).toUTCString();

/** The headers that report the allowance to the client. */
export function rateHeaders(taken: Taken, at: number, switches: Switches): Headers {
	if (!switches.rateHeaders || (switches.limit === 0 && switches.announcedLimit === 0)) return {};
	const { limit, remaining, resetAt } = taken;
	const wait = Math.ceil((resetAt - at) / 1000);
	const three = (prefix: string, quota: string, reset: number) => ({
		[`${prefix}-limit`]: quota,
		[`${prefix}-remaining`]: String(remaining),
		[`${prefix}-reset`]: String(reset),
	});
	switch (switches.rateHeaderForm) {
		case 'x-ratelimit':
			return three('x-ratelimit', String(limit), resetValue(resetAt, wait, switches));
		case 'draft-02':
			return three('ratelimit', `${limit}, ${limit};w=60`, wait);
		case 'draft-06':
			return {
				...three('ratelimit', String(limit), wait),
				'ratelimit-policy': `${limit};w=60`,
			};
		case 'draft-07':
			return {
				ratelimit: `limit=${limit}, remaining=${remaining}, reset=${wait}`,
				'ratelimit-policy': `${limit};w=60`,
			};
		case 'draft-08':
			return {
				ratelimit: `"default";r=${remaining};t=${wait}`,
				'ratelimit-policy': `"default";q=${limit};w=60`,
			};
	}
}

function resetValue(resetAt: number, wait: number, { resetFormat, clockSkewMs }: Switches) {
	const reset = resetAt + clockSkewMs;
	if (resetFormat === 'milliseconds') return Math.round(reset);
	if (resetFormat === 'delta') return wait;
	return resetFormat === 'seconds-floor' ? Math.floor(reset / 1000) : Math.ceil(reset / 1000);
}

/** The `Retry-After` of a refusal that lasts until this time, if it has one. */
export function retryAfter(until: number, at: number, switches: Switches): Headers {
	const date = Math.ceil((until + switches.clockSkewMs) / 1000) * 1000;
	switch (switches.retryAfter) {
		case 'none':
			return {};
		case 'seconds':
			return { 'retry-after': String(Math.max(1, Math.ceil((until - at) / 1000))) };
		case 'date':
			return { 'retry-after': httpDate(date) };
		case 'zero':
			return { 'retry-after': '0' };
		case 'past':
			return { 'retry-after': httpDate(at + switches.clockSkewMs - 3_600_000) };
	}
}
