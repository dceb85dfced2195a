/**
 * A server without a rate limit that accepts people and counts each of them, to be run as a process:
 * prints its port, returns its totals on GET /totals, resets them on DELETE /totals, and exits when
 * its stdin ends.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

const MAX_PEOPLE = 100;
const HIGHEST_ID = 2 ** 27;
const USER_ID = /"userId":\s?"(\d+)"/g;
/** Matching user IDs as text costs a sixth of parsing; every 50th body is parsed to verify the result. */
const PARSED_BODIES = 50;

/** The totals since the last reset. */
export type Totals = {
	requests: number;
	people: number;
	distinct: number;
	duplicates: number;
	/** Refused requests, and bodies whose user IDs were misread. */
	refused: number;
	misread: number;
	/** CPU seconds; if the sink is as busy as the peer, the run measures the sink. */
	cpuSeconds: number;
};

const latencyMs = Number(
	parseArgs({ options: { latency: { type: 'string', default: '0' } } }).values.latency,
);
let seen = new Uint8Array(HIGHEST_ID / 8);
let totals = zero();
let cpuBefore = process.cpuUsage();

function zero() {
	return { requests: 0, people: 0, distinct: 0, duplicates: 0, refused: 0, misread: 0 };
}

function read(): Totals {
	const { user, system } = process.cpuUsage(cpuBefore);
	return { ...totals, cpuSeconds: (user + system) / 1e6 };
}

function forget() {
	seen = new Uint8Array(HIGHEST_ID / 8);
	totals = zero();
	cpuBefore = process.cpuUsage();
}

function mark(id: number) {
	const byte = seen[id >> 3] ?? 0;
	const bit = 1 << (id & 7);
	if (byte & bit) totals.duplicates++;
	else totals.distinct++;
	seen[id >> 3] = byte | bit;
}

/** The user IDs of a body; numbers out of range are left out. */
function idsIn(body: Buffer) {
	const ids: number[] = [];
	for (const [, digits] of body.toString('latin1').matchAll(USER_ID)) {
		const id = Number(digits);
		if (id > 0 && id < HIGHEST_ID) ids.push(id);
	}
	return ids;
}

function peopleIn(body: Buffer): number | undefined {
	try {
		return JSON.parse(body.toString()).people.length;
	} catch {
		return undefined;
	}
}

function accept(body: Buffer) {
	totals.requests++;
	const ids = idsIn(body);
	const compare = totals.requests % PARSED_BODIES === 1;
	if (compare && ids.length !== peopleIn(body)) totals.misread++;
	if (ids.length === 0 || ids.length > MAX_PEOPLE) {
		totals.refused++;
		return { status: 400, body: { error: `A batch has 1 to ${MAX_PEOPLE} people` } };
	}
	totals.people += ids.length;
	ids.forEach(mark);
	return { status: 200, body: { people: [], created_count: ids.length, updated_count: 0 } };
}

function answer({ method, url = '' }: IncomingMessage, body: Buffer) {
	if (method === 'POST' && url.endsWith('/people/batch')) return accept(body);
	if (url !== '/totals') return { status: 404, body: { error: 'Not found' } };
	const before = read();
	if (method === 'DELETE') forget();
	return { status: 200, body: before };
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
