/**
 * A server without a rate limit that accepts people, counts each of them and answers as Flameup
 * documents, to be run as a process: prints its port, returns its totals on DELETE /totals and resets
 * them, and exits when its stdin ends. With `--answers=empty`, its answers list nobody.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

const MAX_PEOPLE = 100;
const HIGHEST_ID = 2 ** 27;
const KNOWN_SINCE = '2026-01-01T00:00:00.000Z';

/** The totals since the last reset. */
export type Totals = {
	requests: number;
	people: number;
	distinct: number;
	/** People who had arrived before. */
	repeats: number;
	refused: number;
	/** CPU seconds; if the sink is as busy as the peer, the run measures the sink. */
	cpuSeconds: number;
};

/** A person as the peers send them. */
type Sent = { userId: string; email?: string; traits?: Record<string, unknown> };

const { values } = parseArgs({
	options: {
		latency: { type: 'string', default: '0' },
		answers: { type: 'string', default: 'documented' },
	},
});
const latencyMs = Number(values.latency);
let seen = new Uint8Array(HIGHEST_ID / 8);
let totals = zero();
let cpuBefore = process.cpuUsage();

function zero() {
	return { requests: 0, people: 0, distinct: 0, repeats: 0, refused: 0 };
}

function collect(): Totals {
	const { user, system } = process.cpuUsage(cpuBefore);
	const before = { ...totals, cpuSeconds: (user + system) / 1e6 };
	seen = new Uint8Array(HIGHEST_ID / 8);
	totals = zero();
	cpuBefore = process.cpuUsage();
	return before;
}

/** Whether the ID is new. */
function mark(id: number) {
	const byte = seen[id >> 3] ?? 0;
	const bit = 1 << (id & 7);
	seen[id >> 3] = byte | bit;
	return (byte & bit) === 0;
}

/** The people of a body; undefined unless there are 1 to 100 with the IDs of the source. */
function peopleIn(body: Buffer): Sent[] | undefined {
	try {
		const { people } = JSON.parse(body.toString());
		const isRight = people.length > 0 && people.length <= MAX_PEOPLE && people.every(hasId);
		return isRight ? people : undefined;
	} catch {
		return undefined;
	}
}

const hasId = ({ userId }: Sent) =>
	typeof userId === 'string' && Number(userId) > 0 && Number(userId) < HIGHEST_ID;

function accept(body: Buffer) {
	totals.requests++;
	const people = peopleIn(body);
	if (people === undefined) {
		totals.refused++;
		return { status: 400, body: { error: `A batch has 1 to ${MAX_PEOPLE} people` } };
	}
	const now = new Date().toISOString();
	const listed: object[] = [];
	let created = 0;
	for (const person of people) {
		const isNew = mark(Number(person.userId));
		if (isNew) created++;
		if (values.answers !== 'empty') listed.push(shown(person, isNew ? now : KNOWN_SINCE, now));
	}
	totals.people += people.length;
	totals.distinct += created;
	totals.repeats += people.length - created;
	const counts = { created_count: created, updated_count: people.length - created };
	return { status: 200, body: { people: listed, ...counts } };
}

/** A person as Flameup's reference shows them, with their attributes as sent. */
function shown({ email, traits, userId }: Sent, created: string, updated: string) {
	const { first_name, last_name, phone, ...attributes } = traits ?? {};
	return {
		id: `0b8f7c1e-5d1a-4c7e-9a52-${userId.padStart(12, '0')}`,
		workspace_id: 'ws_simulator',
		external_id: userId,
		email,
		phone,
		first_name,
		last_name,
		avatar_url: null,
		timezone: null,
		locale: null,
		status: 'active',
		attributes,
		created_at: created,
		updated_at: updated,
		first_seen_at: created,
		last_seen_at: updated,
	};
}

function answer({ method, url = '' }: IncomingMessage, body: Buffer) {
	if (method === 'POST' && url.endsWith('/people/batch')) return accept(body);
	if (method === 'DELETE' && url === '/totals') return { status: 200, body: collect() };
	return { status: 404, body: { error: 'Not found' } };
}

function send(response: ServerResponse, status: number, body: object) {
	const text = JSON.stringify(body);
	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(text),
	});
	response.end(text);
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
	const chunks: Buffer[] = [];
	request.on('data', (chunk: Buffer) => chunks.push(chunk));
	request.on('end', () => {
		const { status, body } = answer(request, Buffer.concat(chunks));
		if (latencyMs > 0) setTimeout(send, latencyMs, response, status, body);
		else send(response, status, body);
	});
});

server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
