import { type Fault, faultKinds } from '../../../simulator/faults.mts';
import type { Switches } from '../../../simulator/switches.mts';
import { API_KEY, WORKSPACE } from '../../core/fake-flameup.mts';
import { type Axis, type Cell, cross, laidOver, pairwise } from './combine.mts';
import type { Crowd } from './source.mts';

const flip = <Name extends keyof Switches>(
	name: Name,
	...values: readonly Switches[Name][]
): Axis => values.map((value) => ({ switches: { [name]: value } }) as Partial<Cell>);
const among = (...crowds: readonly Crowd[]): Axis => crowds.map((crowd) => ({ crowd }));
const set = (...switches: readonly Partial<Switches>[]): Axis =>
	switches.map((one) => ({ switches: one }));

const shapes = flip('errorShape', 'A', 'B', 'C', 'D');
const statuses = flip('validationStatus', 400, 422, 409);
const namings = flip('namesPeople', 'index', 'dotted', 'index-from-1', 'userId', 'no');
const lists = flip('refusalLists', 'all', 'first', 'everybody', 'neighbour');
const partial = flip('partial', false, true);
const silent = flip('skipSilently', false, true);
const conflicts = flip('emailConflict', 'allow', 'refuse', 'merge');
const tooLarge = flip('maxBodyBytes', 0, 4_000);
const orders = flip('order', 'sent', 'reversed', 'shuffled');
const listed = set(
	{ completeness: 'all' },
	{ completeness: 'none' },
	{ completeness: 'short' },
	{ completeness: 'short', shortTimes: 1 },
	{ completeness: 'short', shortLoses: true },
	{ completeness: 'short', shortLoses: true, shortTimes: 1, shortRate: 0.5 },
);
const counts = flip('counts', 'right', 'wrong', 'absent');
const successes = flip('successStatus', 200, 201);
const bodies = flip('emptyBody', false, true);
const personShapes = flip('personShape', 'reference', 'guide');
const absences = flip('absent', 'null', 'omitted');
const traits = flip('traits', 'merge', 'replace');
const nullTraits = flip('nullTrait', 'store', 'clear');
const unknownFields = flip('unknownFields', 'ignore', 'refuse');
const empties: Axis = [{}, { settings: { mapping: { empty_values: 'send' } } }];

const HOUR_MS = 3_600_000;
const windows = flip('window', 'fixed', 'clock', 'rolling');
const resets = flip('resetFormat', 'seconds-ceil', 'seconds-floor', 'milliseconds', 'delta');
const retries = flip('retryAfter', 'none', 'seconds', 'date', 'zero', 'past');
const retried = flip('retryAfterOn', '429', '429-and-503');
const headerForms = flip('rateHeaderForm', 'draft-02', 'draft-06', 'draft-07', 'draft-08');
const skews = flip('clockSkewMs', 0, HOUR_MS, -HOUR_MS);
const shares = flip('preused', 0, 60);
const refusedCounts = flip('countRefused', false, true);
const limits = set(
	{},
	{ limit: 0 },
	{ limit: 40 },
	{ announcedLimit: 1_000 },
	{ announcedLimit: 30 },
);
const follows: Axis = [{}, { settings: { pace: { follow_announced_limit: true } } }];
const hundreds: Axis = [{ rows: 250, settings: { batches: { people_per_request: 100 } } }];
const singly: Axis = [
	{ rows: 190, crowd: 'few', settings: { batches: { people_per_request: 1 } } },
];

/** One fault at fixed requests, or at random. */
const faultsOf = (kind: Fault): Axis =>
	set(
		{ faults: { 1: kind } },
		{ faults: { 2: kind } },
		{ faults: { 2: kind, 3: kind, 4: kind, 5: kind } },
		{ faultKinds: [kind], faultRate: 0.3 },
		{ faultKinds: [kind], faultRate: 1 },
	);
const faults: Axis = faultKinds.flatMap(faultsOf);
const mixes = set(
	...[0.1, 0.4].flatMap((faultRate) => [
		{ faultKinds: [...faultKinds], faultRate },
		{ faultKinds: ['reset-after', 'stall-after', 'cut'] as Switches['faultKinds'], faultRate },
	]),
);
const FOREIGN = [
	...(['html-200-before', 'maintenance', 'hello', 'queued', 'null'] as const),
	...(['207-none', '207-half'] as const),
];
const COMPLAINTS = ['success-false', 'errors-200'] as const;
/** Also for single people; without 207-half, which would leave their request empty. */
const BY_CHANCE = [...FOREIGN.slice(0, -1), ...COMPLAINTS] as const;
const REDIRECTS = ['302', '307'] as const;
/** The same answer to all of these requests. */
const from = (first: number, last: number, kind: Fault): Switches['faults'] =>
	Object.fromEntries(Array.from({ length: last - first + 1 }, (_, n) => [first + n, kind]));
/** From the third request on, after the first documented answers. */
const later = (kinds: readonly Fault[]): Axis =>
	set(...kinds.map((kind) => ({ faults: from(3, 400, kind) })));
const alone: Axis = [{ settings: { pace: { requests_in_flight: 1 } } }];
const refusedOnce = set(
	{ faults: { 2: '409' } },
	{ faults: { 2: '409', 3: '409' } },
	{ faults: { 2: '403' } },
	{ faults: { 2: '403-html' } },
	{ faults: from(2, 99, '403') },
	{ faults: from(1, 99, '403') },
);
const outages = [
	'503-html',
	'503',
	'502-empty',
	'html-200-before',
	'reset-before',
	'stall',
	'refused',
];
const outage = set(
	...outages.flatMap((outageKind) =>
		[
			[0, 2],
			[1, 45],
			[0, 200],
			[0, 3_600],
		].map((span) => ({ outageKind, outage: span }) as Partial<Switches>),
	),
);
const late = set(
	...[30_000, 60_000].flatMap((lateMs) => [
		{ lateMs, faults: { 1: 'applied-late' as const } },
		{ lateMs, faultRate: 0.3, faultKinds: ['applied-late'] as Switches['faultKinds'] },
	]),
);
const idForms = flip('idForm', 'as-sent', 'number', 'lower-case');
const quotes = flip('quotes', 'no', 'as-sent', 'other-case', 'url-encoded', 'part');
const counted = (...rows: readonly number[]): Axis => rows.map((count) => ({ rows: count }));
const onePerson: Axis = [{ settings: { batches: { people_per_request: 1 } } }];
const seeds: Axis = [{ seed: 1 }, { seed: 2 }, { seed: 3 }];

const key = (...permissions: string[]): Switches['keys'] => [{ key: API_KEY, permissions }];
const keys = flip('keys', key('*'), key('people:write'), key('people:read'), [
	{ key: 'another', permissions: ['*'] },
]);
const paths = flip('pathStyle', 'both', 'workspace', 'key');
const workspaces: Axis = ['', WORKSPACE, 'ws_other'].map((workspace_id) => ({
	settings: { workspace_id },
}));
const wrongStatuses = flip('wrongWorkspaceStatus', 404, 403);

/** The axes of the last group, which covers every pair of their values. */
const everyAxis: readonly Axis[] = [
	...[shapes, statuses, namings, lists, partial, silent, conflicts, tooLarge, orders, listed],
	...[counts, successes, bodies, personShapes, absences, traits, nullTraits, unknownFields],
	...[empties, windows, resets, retries, skews, shares, refusedCounts, limits, follows],
	...[idForms, quotes, retried, flip('rateHeaderForm', 'x-ratelimit', 'draft-02', 'draft-08')],
	set(
		{},
		{ faults: { 2: '409', 7: '409' } },
		...[...faultKinds, ...BY_CHANCE].map((kind) => ({
			faultKinds: [kind],
			faultRate: 0.2,
		})),
	),
	flip('rateHeaders', true, false),
	flip('dateHeader', true, false),
	flip('latencyMs', 0, [0, 300]),
	among('good', 'few', 'neighbours', 'half', 'batch', 'conflicts', 'all'),
	[1, 7, 100].map((people_per_request) => ({ settings: { batches: { people_per_request } } })),
	[1, 4, 16].map((requests_in_flight) => ({ settings: { pace: { requests_in_flight } } })),
	seeds,
];

/** All cells, by group. */
export const matrix = (): Cell[] => [
	...cross('refusals', ...[shapes, statuses, namings, lists, partial, among('few', 'half')]),
	...cross('neighbours', shapes, namings, lists, partial, among('neighbours', 'batch')),
	...cross('full batches', shapes, namings, lists, among('few', 'half'), hundreds),
	...cross('conflicts', conflicts, shapes, namings, lists, partial, among('conflicts')),
	...cross('too large', tooLarge, shapes, namings, lists, among('few', 'neighbours')),
	...cross('hopeless', shapes, statuses, namings, partial, among('all')),
	...cross('answers', listed, counts, orders, personShapes, absences, among('good', 'few')),
	...cross('unsaid', silent, listed, counts, bodies, partial, among('few', 'half')),
	...cross('written', traits, nullTraits, empties, bodies, successes, unknownFields),
	...cross('limits', windows, resets, shares, skews, limits, singly),
	...cross('headers', flip('rateHeaders', false), windows, retries, shares, limits, singly),
	...cross('headers', windows, resets, retries, shares, refusedCounts, follows, singly),
	...cross('no date', flip('dateHeader', false), resets, shares, skews, retries, singly),
	...cross('faults', faults, partial, traits, among('good', 'few')),
	...cross('foreign', FOREIGN.flatMap(faultsOf), partial, among('good', 'few')),
	...cross('foreign', later([...FOREIGN, 'html-200', '500']), among('good', 'few'), alone),
	...cross('foreign', flip('envelope', 'data'), listed, counts, among('good', 'few')),
	...cross('complaints', COMPLAINTS.flatMap(faultsOf), listed, among('good', 'few')),
	...cross('redirects', REDIRECTS.flatMap(faultsOf), later([...REDIRECTS]), among('few')),
	...cross('refused once', refusedOnce, alone, among('good', 'few'), shapes, listed),
	...cross('refused once', flip('faults', { 2: '409' }), counted(30), alone, listed, onePerson),
	...cross('ids', idForms, personShapes, orders, listed, among('good', 'few'), partial),
	...cross('quotes', quotes, shapes, namings, lists, among('few', 'half')),
	...cross('quotes', quotes, shapes, namings, flip('emailConflict', 'refuse'), among('conflicts')),
	...cross('outages', outage, retries, retried, seeds),
	...cross('late', late, traits, among('good', 'few'), seeds),
	...cross('drafts', headerForms, windows, shares, limits, skews, singly),
	...cross('few records', counted(1, 15, 19, 20, 25), shapes, namings, lists, among('all')),
	...cross('everybody', counted(1_500), shapes, statuses, namings, among('all')),
	...cross('many faults', mixes, seeds, listed, partial, bodies),
	...cross('access', keys, paths, workspaces, wrongStatuses, unknownFields),
	...pairwise('pairs', everyAxis),
];

/** Allows one stall, but gives up on endless faults. */
const quick = {
	pace: { timeout_seconds: 1, give_up_after_minutes: 0.05 },
} as const;

/** Empty answers from the second request on, after a documented one. */
const wordless: Axis = [
	{ later: { after: 1, switches: { emptyBody: true } }, settings: alone[0]?.settings ?? {} },
];

/** Cells that run as processes: each value of each switch, each fault, and corner cases. */
export const corners = (): Cell[] =>
	[
		...cross(
			'shapes',
			shapes,
			flip('validationStatus', 422),
			flip('namesPeople', 'index', 'no'),
			among('few'),
		),
		...cross(
			'single',
			set({ validationStatus: 409, refusalLists: 'first', partial: true }),
			among('neighbours'),
		),
		...cross('single', flip('skipSilently', true), flip('emptyBody', false, true), among('few')),
		...cross('single', flip('emailConflict', 'refuse', 'merge'), among('conflicts')),
		...cross('single', flip('maxBodyBytes', 4_000), among('neighbours')),
		...cross('answers', listed, counts),
		...cross('single', [...orders, ...successes, ...bodies, ...personShapes, ...absences]),
		...cross('single', [...traits, ...nullTraits, ...unknownFields], empties),
		...cross('limits', [...resets, ...windows, ...skews, ...flip('rateHeaders', false)]),
		...cross('limits', set({ announcedLimit: 1_000 }, { limit: 0 }, { dateHeader: false })),
		...cross('access', keys, flip('pathStyle', 'workspace', 'key')),
		...cross('access', workspaces, wrongStatuses),
		...cross('hopeless', flip('namesPeople', 'index'), among('all'), counted(60)),
		...cross(
			'faults',
			faultKinds.flatMap((kind) =>
				set({ faults: { 1: kind, 3: kind } }, { faultKinds: [kind], faultRate: 0.3 }),
			),
			flip('retryAfter', 'seconds'),
		).filter(({ switches }) => !JSON.stringify(switches).includes('429')),
		...cross('encoded', flip('contentEncoding', 'gzip', 'deflate', 'br'), among('few')),
		...cross('foreign', [...FOREIGN, ...COMPLAINTS, '101' as const].flatMap(faultsOf)),
		...cross('redirects', REDIRECTS.flatMap(faultsOf)),
		...cross('wordless', wordless, listed),
		...cross('single', [...refusedOnce, ...late.slice(0, 1)], alone),
		...cross('single', [...idForms, ...quotes, ...headerForms], among('few')),
		...cross(
			'outages',
			set(...outages.map((kind) => ({ outageKind: kind, outage: 1 }) as Partial<Switches>)),
			flip('retryAfter', 'none', 'seconds', 'zero', 'past'),
			flip('retryAfterOn', '429-and-503'),
		),
		...cross(
			'for ever',
			faultKinds.flatMap((kind) => set({ faultKinds: [kind], faultRate: 1 })),
		),
	].map((cell) => laidOver({ rows: 120, ...cell }, { settings: quick }));
