import { problemOf, type Rejection } from '../../src/errors';
import type { Oddity } from '../../src/flameup/answers';
import type { ClientStats } from '../../src/flameup/sender';
import type { Counts, Report } from '../../src/loading/report';
import type { Understanding } from '../../src/mapping/plan';
import { describe, paragraph, quoted, sentence, type Text, type Vocabulary } from '../../src/texts';
import type { LogLevel } from './protocol';
import { isGeneral, type RecordRef, type Stream } from './stream';
import type { Streams } from './streams';
import { ofWarnings } from './vocabulary';

/** All log messages of `write`. */

/** Oddities in the input and the answers that a user should know about. */
export interface Oddities {
	unknownTypes: number;
	readonly answers: Map<Oddity, number>;
}

/** The facts of a finished run. */
export interface Ended {
	readonly streams: Streams;
	readonly stats: Readonly<ClientStats>;
	readonly odd: Oddities;
	readonly elapsedMs: number;
	readonly isDryRun: boolean;
	readonly words: Vocabulary;
}

/** The most names that a message lists. */
const MOST_NAMES = 20;

/** A count such as 1,234. */
export const number = (value: number): string => value.toLocaleString('en-US');

/** A count with its noun, such as `1,234 records`. */
export const some = (value: number, one: string, many = `${one}s`): string =>
	`${number(value)} ${value === 1 ? one : many}`;

const people = (value: number): string => some(value, 'person', 'people');

const seconds = (ms: number): string =>
	ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${number(Math.round(ms / 1000))} s`;

const named = (names: readonly string[]): string =>
	names.length <= MOST_NAMES
		? names.join(', ')
		: `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

/** How the columns of a stream are mapped. */
export function columnsText(name: string, understanding: Understanding): string {
	const { leftOut, roles, traits, userId } = understanding;
	const id = userId.paths.map((path) => path.join('.'));
	const roleTexts = roles.map(({ column, role }) => `${role} from ${column}`);
	const parts = [
		id.length === 0
			? 'no column for the user ID found'
			: `user ID from ${id.join(userId.joined ? ' + ' : ' or ')}`,
		...roleTexts,
		...(roles.some(({ role }) => role === 'email') ? [] : ['no email column found']),
		...(traits.length > 0 ? [`${some(traits.length, 'other trait')}: ${named(traits)}`] : []),
		...(leftOut.length > 0 ? [`left out: ${named(leftOut)}`] : []),
	];
	return `Stream ${name}: ${parts.join('; ')}.`;
}

/** A record's position, so that the user can find it. */
export const whereText = ({ number: position, stream }: RecordRef): string =>
	stream.isInput
		? `line ${number(position)} of the input`
		: `record ${number(position)} of ${stream.name}`;

/**
 * A rejected record. Shows no values unless the user asks for them; the hash helps to find the record in the
 * source.
 */
export function rejectionText(
	ref: RecordRef,
	rejection: Rejection,
	hash: (text: string) => string,
	words: Vocabulary,
): string {
	const { code, userId } = rejection;
	const { reason, title } = describe(rejection, words);
	const id = words.showsValues ? `user ID ${userId}` : `user ID hash ${hash(userId ?? '')}`;
	const who = userId === undefined ? '' : `, ${id}`;
	const what = reason === undefined ? sentence(title) : `${sentence(title)} ${reason}`;
	return `Rejected (${code}): ${whereText(ref)}${who}. ${what}`;
}

/** Progress, speed, and the wait for the next request; logged once a minute. */
export function progressText(
	totals: Counts,
	stats: Readonly<ClientStats>,
	startedAt: number,
	now: number,
): string {
	const { received, rejected, unchanged, upserted } = totals;
	const perSecond = Math.round((upserted * 1000) / Math.max(1, now - startedAt));
	const left = stats.waitingUntil - now;
	const waits = left > 0 && stats.trouble === undefined;
	const wait = waits
		? ` The allowance is used up; the next request is sent in ${seconds(left)}.`
		: '';
	const equal = unchanged > 0 ? `${number(unchanged)} unchanged, ` : '';
	return `${some(received, 'record')} read, ${number(upserted)} upserted (${number(perSecond)} a second), ${equal}${number(rejected)} rejected.${wait}`;
}

const codes = (report: Report<unknown>): string =>
	[...report.rejections].map(([code, { count }]) => `${number(count)} ${code}`).join(', ');

/** The summary of one stream. */
function streamText({ isInput, name, report, settings }: Stream, isDryRun: boolean): string {
	if (isInput) return `Input: ${some(report.received, 'line')} rejected (${codes(report)}).`;
	if (settings?.skip_stream)
		return `Stream ${name}: skipped, ${some(report.received, 'record')} not sent.`;
	if (report.received === 0) return `Stream ${name}: no records received.`;
	const { created, deletedInSource, merged, received, rejected, unchanged, updated, upserted } =
		report;
	const sent = isDryRun
		? `${number(upserted)} would be upserted`
		: `${number(upserted)} upserted (${number(created)} created, ${number(updated)} updated, ${number(merged)} merged with another record of the same person)`;
	const deleted =
		deletedInSource > 0 ? `, ${number(deletedInSource)} deleted in the source and not sent` : '';
	const equal = unchanged > 0 ? `, ${number(unchanged)} unchanged and not sent` : '';
	const bad = rejected === 0 ? 'none rejected' : `${number(rejected)} rejected (${codes(report)})`;
	const open = received - upserted - unchanged - rejected - deletedInSource;
	const unfinished = open > 0 ? `, ${number(open)} not finished when the sync ended` : '';
	return `Stream ${name}: ${some(received, 'record')} received, ${sent}${equal}, ${bad}${deleted}${unfinished}.`;
}

/** A hint for each rejection code of a stream. */
const hintTexts = ({ isInput, name, report }: Stream, words: Vocabulary): string[] =>
	[...report.rejections].map(([code, { count, first }]) => {
		const hint = first[0] && describe(first[0].rejection, words).hint;
		const what = isInput
			? `Input: ${some(count, 'line')}`
			: `Stream ${name}: ${some(count, 'record')}`;
		return `${what} rejected as ${code}.${hint === undefined ? '' : ` ${hint}`}`;
	});

/** Above these limits, merged records suggest a wrong user ID column. */
const MANY_MERGED = 100;
const MERGED_SHARE = 5;

function mergedText({ mapper, merged, name, report }: Stream): string | undefined {
	const isMuch = report.merged > MANY_MERGED && report.merged * MERGED_SHARE > report.received;
	if (!isMuch) return undefined;
	const columns = mapper.understanding().userId.paths.map((path) => path.join('.'));
	return `Stream ${name}: ${number(report.merged)} of ${some(report.received, 'record')} have the same user ID as another one (for example records ${merged.map(number).join(', ')}). If they are different people, ${quoted(columns)} is the wrong column for the user ID.`;
}

function columnWarnings(stream: Stream, streams: readonly Stream[]): string[] {
	const { isInput, mapper, name, report, settings } = stream;
	if (isInput || report.received === 0 || settings?.skip_stream) return [];
	const unseen = mapper
		.unseenColumns()
		.filter((listing) => {
			const others = streams.filter((other) => other !== stream && isGeneral(other, listing));
			return !(
				isGeneral(stream, listing) && others.some((other) => hasSeen(other, listing.listed))
			);
		})
		.map(({ listed }) => listed);
	const clashes = [...mapper.clashes];
	return [
		...(unseen.length > 0
			? [`Stream ${name}: settings name columns that no record has: ${named(unseen)}.`]
			: []),
		...(clashes.length > 0
			? [
					`Stream ${name}: several columns would become the same trait, and only one of them was sent: ${named(clashes)}. Rename or exclude the others.`,
				]
			: []),
	];
}

const hasSeen = ({ mapper, report }: Stream, listed: string): boolean =>
	report.received > 0 && !mapper.unseenColumns().some((listing) => listing.listed === listed);

/** The summary of the run. */
function runText({ elapsedMs, isDryRun, stats, streams }: Ended): string {
	if (isDryRun) return `0 requests (dry run); ${seconds(elapsedMs)} in total.`;
	const failed = stats.rateLimited + stats.faults;
	const extra = [
		stats.rateLimited > 0 ? `, ${number(stats.rateLimited)} of them answered with 429` : '',
		stats.faults > 0 ? `, ${number(stats.faults)} of them failed` : '',
	].join('');
	const others = stats.requests - failed;
	const average = peoplePerRequest(others, streams.totals);
	const whose = failed > 0 ? ', the others' : '';
	const each = average > 0 ? `${whose} with ${people(average)}${others > 1 ? ' each' : ''}` : '';
	return `${some(stats.requests, 'request')}${extra}${each}; ${seconds(stats.waitedMs)} waiting to send; ${seconds(elapsedMs)} in total.`;
}

const peoplePerRequest = (requests: number, totals: Counts): number =>
	requests <= 0 ? 0 : Math.round(((totals.upserted - totals.merged) * 10) / requests) / 10;

/** The same figures as data, for programs. */
export function reportOf({ elapsedMs, stats, streams, words }: Ended): object {
	const { rejections, ...counts } = streams.totals;
	const { created, deletedInSource, merged, received, skipped, unchanged, updated, upserted } =
		counts;
	const rejected = Object.fromEntries(
		[...rejections].map(([code, { count, first }]) => [
			code,
			{
				count,
				first: first.map(({ ref, rejection }) => ({
					stream: ref.stream.name,
					record: ref.number,
					reason: sentence(describe(rejection, words).title),
				})),
			},
		]),
	);
	const { rateLimited, requests, waitedMs } = stats;
	return {
		...{
			received,
			upserted,
			created,
			updated,
			merged,
			unchanged,
			deletedInSource,
			skipped,
			rejected,
			requests,
		},
		peoplePerRequest: peoplePerRequest(requests, streams.totals),
		waitedMs: Math.round(waitedMs),
		rateLimited,
		durationMs: Math.round(elapsedMs),
	};
}

const ODD_ANSWERS: readonly (readonly [Oddity, string])[] = [
	[
		'miscounted',
		'Answers whose counts of created and updated people do not add up to the people sent',
	],
	[
		'other_workspace',
		'Answers that name another workspace than workspace_id; check whether the people have arrived in the right one',
	],
	[
		'same_person',
		'Answers in which people with different user IDs are one person in Flameup, so that the last one has replaced the others; a shared email address may be the reason',
	],
];

type Warned = Pick<Ended, 'isDryRun' | 'odd' | 'streams'>;

function runWarnings({ isDryRun, odd, streams }: Warned): string[] {
	const { created, deletedInSource, merged, received, rejected, skipped, updated } = streams.totals;
	const { unchanged, upserted } = streams.totals;
	const uncounted = isDryRun ? 0 : upserted - merged - created - updated;
	const isAllRejected = rejected > 0 && upserted + unchanged === 0;
	const isFinished = received === rejected + upserted + unchanged + deletedInSource + skipped;
	const counted: [number, string][] = [
		[
			odd.unknownTypes,
			'Messages ignored because their type is unknown or their content is missing',
		],
		[streams.emailsLeftOut, 'People sent without their invalid email address'],
		...ODD_ANSWERS.map(([oddity, text]): [number, string] => [odd.answers.get(oddity) ?? 0, text]),
		[
			uncounted,
			"People upserted although Flameup's answers do not count them as created or updated (answers without content count as success after a complete one)",
		],
	];
	return [
		...counted.filter(([value]) => value > 0).map(([value, text]) => `${text}: ${number(value)}.`),
		...(isAllRejected && isFinished
			? ['No person was upserted: all records to be sent were rejected.']
			: []),
	];
}

function streamWarnings(stream: Stream, streams: readonly Stream[]): string[] {
	const merged = mergedText(stream);
	return [...columnWarnings(stream, streams), ...(merged === undefined ? [] : [merged])];
}

/** A warning for each stream whose sync mode promises deletions. */
export const deletionWarnings = (streams: Iterable<Stream>): string[] =>
	[...streams]
		.filter(({ replaces }) => replaces)
		.map(
			({ name }) =>
				`Stream ${name}: the sync mode is overwrite, but Flameup's API cannot delete people. The records update the existing people instead.`,
		);

/** The warnings of a run, without those about single rejected records. */
export function warningTexts(run: Warned): string[] {
	const streams = [...run.streams.counted()];
	return [
		...deletionWarnings(streams),
		...runWarnings(run),
		...streams.flatMap((stream) => streamWarnings(stream, streams)),
	];
}

/** The log lines at the end of a run, successful or not. */
export function summaryLines(ended: Ended): [LogLevel, string][] {
	const streams = [...ended.streams.counted()];
	const warnings = [
		...runWarnings(ended),
		...streams.flatMap((stream) => [
			...streamWarnings(stream, streams),
			...hintTexts(stream, ended.words),
		]),
	];
	return [
		...warnings.map((text): [LogLevel, string] => ['WARN', text]),
		...streams.map((stream): [LogLevel, string] => ['INFO', streamText(stream, ended.isDryRun)]),
		['INFO', runText(ended)],
		['DEBUG', `report ${JSON.stringify(reportOf(ended))}`],
	];
}

/** A transient problem, logged while requests are retried. */
export const troubleText = ({ reason, title }: Text, minutes: number): string =>
	`${paragraph({ title, ...(reason !== undefined && { reason }) })} Requests are retried for up to ${some(minutes, 'minute')}.`;

/** Why unchanged people are sent too, although only changes should be. */
export type ResendReason =
	| 'first run'
	| 'overwrite'
	| 'due'
	| 'clock set back'
	| 'other settings'
	| 'other runs'
	| 'damaged'
	| 'busy'
	| 'no lock';

const REASONS: Readonly<Record<ResendReason, readonly [LogLevel, string]>> = {
	'first run': ['INFO', 'Nothing is in storage yet.'],
	overwrite: ['INFO', 'The sync mode is overwrite, which empties the storage.'],
	due: ['INFO', 'The days in resend_everything_after_days are over.'],
	'clock set back': [
		'WARN',
		'The clock of this computer is behind the time at which everyone was last sent.',
	],
	'other settings': [
		'WARN',
		'The settings or the API key differ from those of the last sync with this storage.',
	],
	'other runs': [
		'WARN',
		'Since the last sync with this storage, people of these streams were sent without it.',
	],
	damaged: ['WARN', 'The fingerprints in storage are damaged or incomplete.'],
	busy: [
		'WARN',
		'Another sync is using this storage, so this one saves nothing in it, and the next one sends everyone too.',
	],
	'no lock': [
		'WARN',
		'The storage does not support conditional writes, without which two syncs could use it at once, so nothing is remembered.',
	],
};

/** Why unchanged people are sent too, although only changes should be. */
export function resendText(reason: ResendReason): [LogLevel, string] {
	const [level, text] = REASONS[reason];
	return [level, `${text} Everyone is sent.`];
}

/** What is known of earlier syncs. */
export const loadedText = (known: number): string =>
	`Remembered from earlier syncs: ${people(known)}; those who have not changed are not sent.`;

/** Fingerprints could not be saved. */
export const unsavedText = (error: unknown): string =>
	`${paragraph(describe(problemOf(error), ofWarnings()))} What was not yet saved is not remembered, so a later sync sends it again.`;

/** People whom a full refresh did not contain. */
export const missingText = (missing: number): string =>
	`${people(missing)} of earlier syncs did not appear in this full refresh. If the source no longer has them, delete them in Flameup: its API cannot.`;

/** Where the lists of rejected records are. */
export const keptText = (names: readonly string[]): string =>
	`The rejected records are listed in storage: ${named(names)}.`;

/** The lists have become too long. */
export const leftText = (megabytes: number): string =>
	`The list of rejected records has reached ${some(megabytes, 'megabyte')} (rejected_records.keep_megabytes); further ones are only counted.`;

/** The report of a run could not be written. */
export const unkeptText = (error: unknown): string =>
	`${paragraph(describe(problemOf(error), ofWarnings()))} The report of this sync is not in storage.`;

/** How many listed records were tried again, and why others were not. */
interface Retried {
	readonly listed: number;
	/** Fewer than listed if the run was stopped or failed. */
	readonly all: number;
	readonly accepted: number;
	readonly removed: number;
	readonly withoutValues: number;
	/** Lines of input that were no records. */
	readonly unreadable: number;
	readonly ofOtherStreams: number;
}

/** The result of trying listed records again. */
export function retriedText(retried: Retried, isDryRun: boolean): string {
	const { accepted, all, listed, ofOtherStreams, removed, unreadable, withoutValues } = retried;
	const skipped = [
		withoutValues > 0
			? `${some(withoutValues, 'record')} without values, which the lists have only with rejected_records.keep_values`
			: '',
		unreadable > 0 ? `${some(unreadable, 'line')} of input that could not be read` : '',
		ofOtherStreams > 0
			? `${some(ofOtherStreams, 'record')} of streams that are not in --catalog`
			: '',
	].filter(Boolean);
	const tail = skipped.length === 0 ? '' : ` Not tried: ${skipped.join('; ')}.`;
	if (listed === 0) return `No record in the lists can be tried again.${tail}`;
	const records = `${all === listed ? '' : `${number(all)} of `}${some(listed, 'listed record')}`;
	const text = isDryRun
		? `${records} would be tried again, and ${number(accepted)} would be accepted. The lists stay as they are.`
		: `${records} tried again, ${number(accepted)} accepted and ${accepted === removed ? '' : `${number(removed)} of them `}removed from the lists.`;
	return text + tail;
}

/** A list of rejected records is damaged. */
export const damagedListText = (name: string): string =>
	`The list ${name} in storage is damaged. Records in it that can still be read are sent again; the list stays as it is.`;
