import type { ClientStats } from '../../src/flameup/client';
import type { Counts, Report, Sample } from '../../src/loading/report';
import type { LogLevel } from './protocol';
import type { RecordRef, Stream } from './streams';
import type { Oddities } from './write';

/** What `write` tells in the log; every text a user reads while it runs is here. */

const number = (value: number): string => value.toLocaleString('en-US');

const some = (value: number, one: string, many = `${one}s`): string =>
	`${number(value)} ${value === 1 ? one : many}`;

const seconds = (ms: number): string =>
	ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${number(Math.round(ms / 1000))} s`;

/** Never a value; the hash lets a user find the person who holds the source. */
export function rejectionText(
	code: string,
	{ ref, reason, userId, detail }: Sample<RecordRef>,
	hash: (text: string) => string,
	includeValues: boolean,
): string {
	const who =
		userId === undefined
			? ''
			: includeValues
				? `, user ID ${userId}`
				: `, user ID hash ${hash(userId)}`;
	const said = includeValues && detail ? `Flameup says: ${detail}` : reason;
	return `Rejected (${code}): record ${number(ref.number)} of ${ref.stream.name}${who}. ${said}`;
}

/** A line a minute: how far, how fast, and how long until the next request may go. */
export function progressText(
	totals: Counts,
	stats: Readonly<ClientStats>,
	startedAt: number,
	now: number,
): string {
	const perSecond = Math.round((totals.upserted * 1000) / Math.max(1, now - startedAt));
	const left = stats.waitingUntil - now;
	const wait =
		left > 0 ? ` The allowance is used up; the next request goes in ${seconds(left)}.` : '';
	return `${some(totals.received, 'record')} read, ${number(totals.upserted)} upserted (${number(perSecond)} a second), ${number(totals.rejected)} rejected.${wait}`;
}

const codes = (report: Report<unknown>): string =>
	[...report.rejections].map(([code, { count }]) => `${number(count)} ${code}`).join(', ');

/** One line for each stream at the end. */
function streamText({ name, report }: Stream): string {
	if (report.received === 0) return `Stream ${name}: no records came.`;
	const rejected =
		report.rejected === 0
			? 'none rejected'
			: `${number(report.rejected)} rejected (${codes(report)})`;
	return `Stream ${name}: ${some(report.received, 'record')} received, ${number(report.upserted)} upserted (${number(report.created)} created, ${number(report.updated)} updated, ${number(report.merged)} merged with another record of the same person), ${rejected}.`;
}

/** One line for the whole run at the end. */
function runText(stats: Readonly<ClientStats>, totals: Counts, elapsedMs: number): string {
	const extra = [
		stats.rateLimited > 0 ? `, ${some(stats.rateLimited, 'answer')} 429` : '',
		stats.faults > 0 ? `, ${some(stats.faults, 'request')} tried again` : '',
	].join('');
	return `${some(stats.requests, 'request')} with ${peoplePerRequest(stats, totals)} people each${extra}; ${seconds(stats.waitedMs)} of waiting for the allowance; ${seconds(elapsedMs)} in all.`;
}

const peoplePerRequest = ({ requests }: Readonly<ClientStats>, totals: Counts): number =>
	requests === 0 ? 0 : Math.round(((totals.upserted - totals.merged) * 10) / requests) / 10;

/** The same figures for programs; DEBUG, because people have the lines above. */
function reportText(
	totals: Report<RecordRef>,
	stats: Readonly<ClientStats>,
	unreadableLines: number,
	durationMs: number,
): string {
	const { created, merged, received, updated, upserted } = totals;
	const rejected = Object.fromEntries(
		[...totals.rejections].map(([code, { count, first }]) => [
			code,
			{
				count,
				first: first.map(({ reason, ref }) => ({
					stream: ref.stream.name,
					record: ref.number,
					reason,
				})),
			},
		]),
	);
	const { rateLimited, requests, waitedMs } = stats;
	return `report ${JSON.stringify({ received, upserted, created, updated, merged, rejected, unreadableLines, requests, peoplePerRequest: peoplePerRequest(stats, totals), waitedMs: Math.round(waitedMs), rateLimited, durationMs: Math.round(durationMs) })}`;
}

const ODD_TEXTS: readonly [keyof Oddities, string][] = [
	[
		'unreadableLines',
		'Lines of the input that were passed over because they are not JSON objects (if they were records, they are missing in Flameup)',
	],
	['unknownTypes', 'Messages of unknown types, or without their content, that were passed over'],
	['emailsLeftOut', 'People who were sent without their invalid email address'],
	[
		'miscountedAnswers',
		'Answers whose counts of created and updated people do not add up to the people sent',
	],
];

/** What is said at the end, whether the run succeeded or not. */
export function summaryLines(
	streams: Iterable<Stream>,
	totals: Report<RecordRef>,
	stats: Readonly<ClientStats>,
	odd: Oddities,
	elapsedMs: number,
): [LogLevel, string][] {
	const warnings = ODD_TEXTS.filter(([name]) => odd[name] > 0).map(
		([name, text]): [LogLevel, string] => ['WARN', `${text}: ${number(odd[name])}.`],
	);
	return [
		...warnings,
		...[...streams].map((stream): [LogLevel, string] => ['INFO', streamText(stream)]),
		['INFO', runText(stats, totals, elapsedMs)],
		['DEBUG', reportText(totals, stats, odd.unreadableLines, elapsedMs)],
	];
}

/** Why a run fails whose stream has rejected records only. */
export const allRejectedText = ({ name, report }: Stream): string => {
	const [code, rejection] =
		[...report.rejections].sort(([, a], [, b]) => b.count - a.count)[0] ?? [];
	const reason = rejection?.first[0]?.reason ?? '';
	return `Every record of the stream ${name} was rejected (${number(report.received)}), most of them as ${code}. ${reason} Correct the mapping or the source, then sync again; if other streams were saved meanwhile, refresh this one.`;
};
