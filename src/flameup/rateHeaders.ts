import type { HttpResponse } from '../ports';
import type { RateReading } from './rateLimiter';

/** A window can end up to this long after a reset that is given in whole seconds. */
const FRACTION_MS = 1_000;

/** A `Date` lacks up to a second and travels; what differs by more than this is a clock that is off. */
const SKEW_MS = 1_500;

/** Reads the three X-RateLimit headers and Retry-After; `now` is our clock when the answer came. */
export function readRate(headers: HttpResponse['headers'], now: number): RateReading {
	const limit = number(headers['x-ratelimit-limit']);
	const remaining = number(headers['x-ratelimit-remaining']);
	const reset = number(headers['x-ratelimit-reset']);
	const retryAfter = headers['retry-after'];
	// Most answers carry no time to compare, so their Date need not be read.
	const serverNow =
		reset === undefined && retryAfter === undefined ? now : correctedNow(headers.date, now);
	const retryAfterMs = readRetryAfter(retryAfter, serverNow);
	return {
		...(limit !== undefined && { limit }),
		...(remaining !== undefined && { remaining }),
		...(reset !== undefined && { resetAt: now + untilReset(reset, serverNow) }),
		...(retryAfterMs !== undefined && { retryAfterMs }),
	};
}

function number(text: string | undefined): number | undefined {
	if (text === undefined || text.trim() === '') return undefined;
	const value = Number(text);
	return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The earliest that the server's clock can show, when its `Date` proves that it differs from ours. */
function correctedNow(date: string | undefined, now: number): number {
	const serverDate = parseDate(date);
	return Math.abs(serverDate - now) > SKEW_MS ? serverDate : now;
}

/** Date.parse makes a date of almost anything with a number in it, but not with a time of day. */
const parseDate = (text: string | undefined): number =>
	text !== undefined && /\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;

/** Flameup's sample is epoch seconds; epoch milliseconds and seconds from now are told by their size. */
function untilReset(reset: number, serverNow: number): number {
	if (reset > 1e11) return Math.max(0, reset - serverNow);
	const fraction = Number.isInteger(reset) ? FRACTION_MS : 0;
	const ms = reset > 1e9 ? reset * 1000 - serverNow : reset * 1000;
	return Math.max(0, ms + fraction);
}

function readRetryAfter(text: string | undefined, serverNow: number): number | undefined {
	const seconds = number(text);
	if (seconds !== undefined) return seconds * 1000;
	const date = parseDate(text);
	return Number.isNaN(date) ? undefined : Math.max(0, date + FRACTION_MS - serverNow);
}
