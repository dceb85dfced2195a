import { WINDOW_MS } from '../limits';
import type { HttpResponse } from '../ports';

/** What an answer says about the allowance; times are on our own clock. */
export interface RateReading {
	readonly limit?: number;
	readonly remaining?: number;
	/** The latest moment at which the window can end. */
	readonly resetAt?: number;
	readonly retryAfterMs?: number;
}

/** A window can end this much later than a reset given in whole seconds. */
const FRACTION_MS = 1_000;

/** `Date` has whole seconds and takes time to arrive; a larger difference means that the clocks differ. */
const SKEW_MS = 1_500;

type Headers = HttpResponse['headers'];

/**
 * Reads X-RateLimit-Limit, -Remaining and -Reset (Flameup's), or the RateLimit headers of the IETF's drafts,
 * and Retry-After; `now` is our time when the answer arrived.
 */
export function readRate(headers: Headers, now: number): RateReading {
	const { limit, remaining, reset } = readAllowance(headers);
	const retryAfter = headers['retry-after'];
	// Most answers have no time that needs correction, so their Date need not be parsed.
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

interface Allowance {
	readonly limit: number | undefined;
	readonly remaining: number | undefined;
	readonly reset: number | undefined;
}

function readAllowance(headers: Headers): Allowance {
	const plain = (name: string) =>
		number(headers[`x-ratelimit-${name}`]) ?? firstNumber(headers[`ratelimit-${name}`]);
	const parts = parameters(headers.ratelimit);
	const policies = [headers['ratelimit-policy'], headers['ratelimit-limit']].flatMap(readPolicies);
	return {
		limit: number(headers['x-ratelimit-limit']) ?? limitOf(policies, headers, parts),
		remaining: plain('remaining') ?? parts.get('remaining') ?? parts.get('r'),
		reset: plain('reset') ?? parts.get('reset') ?? parts.get('t'),
	};
}

/** Reads `limit=100, remaining=50, reset=5` and `"default";r=50;t=5`, from different drafts. */
function parameters(header: string | undefined): ReadonlyMap<string, number> {
	const found = new Map<string, number>();
	for (const [, name = '', value] of (header ?? '').matchAll(/\b(\w+)=(\d+(?:\.\d+)?)/g)) {
		if (!found.has(name)) found.set(name, Number(value));
	}
	return found;
}

/** A number of requests in a period. */
interface Policy {
	readonly limit: number | undefined;
	readonly seconds: number;
}

/** Reads `120;w=60` and `"default";q=120;w=60`; a header can have several. */
const readPolicies = (header = ''): Policy[] =>
	header.split(',').flatMap((one) => {
		const parts = parameters(one);
		const seconds = parts.get('w');
		return seconds === undefined ? [] : [{ limit: parts.get('q') ?? firstNumber(one), seconds }];
	});

/** The limit per minute; limits for other periods are ignored. */
function limitOf(
	policies: readonly Policy[],
	headers: Headers,
	parts: ReadonlyMap<string, number>,
): number | undefined {
	if (policies.length > 0) return policies.find(isForMinute)?.limit;
	return (
		firstNumber(headers['ratelimit-limit']) ??
		parts.get('limit') ??
		firstNumber(headers['ratelimit-policy'])
	);
}

const isForMinute = ({ seconds }: Policy): boolean => seconds * 1000 === WINDOW_MS;

/** The first number of a list such as `3, 3;w=60`. */
const firstNumber = (header: string | undefined): number | undefined =>
	number(header?.split(/[,;]/, 1)[0]);

function number(text: string | undefined): number | undefined {
	if (text === undefined || text.trim() === '') return undefined;
	const value = Number(text);
	return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The server's time, at the earliest, if its `Date` proves that it differs from ours; else our time. */
function correctedNow(date: string | undefined, now: number): number {
	const serverDate = parseDate(date);
	return Math.abs(serverDate - now) > SKEW_MS ? serverDate : now;
}

/** Requires a time of day, because Date.parse makes a date of almost any text with a number. */
const parseDate = (text: string | undefined): number =>
	text !== undefined && /\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;

/** Flameup's sample has epoch seconds; epoch milliseconds and seconds from now are recognized by their size. */
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
