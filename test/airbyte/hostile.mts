import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atTheEnd } from '../atTheEnd.mts';

/** One request, as a hostile server receives it. */
export interface Heard {
	readonly method: string;
	readonly path: string;
	readonly authorization: string;
	readonly body: string;
}

type Answer = (heard: Heard, response: ServerResponse) => void;

/** A server on loopback that records requests, and answers as configured. */
export async function startHostile(answer: Answer) {
	const heard: Heard[] = [];
	const server = createServer(async (request, response) => {
		const one = await hear(request);
		heard.push(one);
		answer(one, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	atTheEnd(() => {
		server.closeAllConnections();
		server.close();
	});
	return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function hear(request: IncomingMessage): Promise<Heard> {
	let body = '';
	for await (const chunk of request) body += chunk;
	const { headers, method = '', url = '' } = request;
	return { method, path: url, authorization: headers.authorization ?? '', body };
}

/** All it received, in every form in which a careless server might echo it. */
export function echo({ authorization, body, path }: Heard): string {
	const key = authorization.replace(/^Bearer /, '');
	const all = `Authorization: ${authorization} ${path} ${body}`;
	return [
		key,
		key.toUpperCase(),
		...key.split('.'),
		authorization,
		encodeURIComponent(authorization),
		...['', 'x', 'xx'].map((before) => Buffer.from(before + key).toString('base64')),
		Buffer.from(all).toString('base64'),
		Buffer.from(`user:${key}`).toString('base64url'),
		Buffer.from(key).toString('hex'),
		JSON.stringify({ authorization }),
		all,
	].join(' | ');
}

/** Error bodies in the documented shapes, and some that are not. */
export const ERROR_SHAPES: Readonly<Record<string, (text: string) => string>> = {
	A: (text) =>
		JSON.stringify({ success: false, error: { code: text, message: text, details: [] } }),
	B: (text) =>
		JSON.stringify({ error: text, message: text, details: { fields: { [text]: text } } }),
	C: (text) =>
		JSON.stringify({ message: text, details: [{ field: text, message: text, index: 0 }] }),
	D: (text) => JSON.stringify({ error: text, details: { [text]: text } }),
	HTML: (text) => `<html><body>${text}</body></html>`,
	text: (text) => text,
};
