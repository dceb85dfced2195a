import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { atTheEnd } from '../atTheEnd.mts';

/** What happens to a request: it goes on, is answered instead, or its connection is cut amid its body. */
export type Fate = 'goes on' | 'reset' | 'reset after' | { status: number; code: string };

export interface Passed {
	readonly method: string;
	readonly url: string;
	readonly authorization: string;
}

/** Stands before a real server and spoils what it is told to. */
export async function startSpoiler(
	target: string,
	fateOf: (request: Passed, number: number) => Fate,
) {
	const passed: Passed[] = [];
	const server = http.createServer((request, response) => {
		const { headers, method = '', url = '' } = request;
		const one = { method, url, authorization: headers.authorization ?? '' };
		passed.push(one);
		const fate = fateOf(one, passed.length);
		if (fate === 'reset') {
			// Once the first of the body has arrived, so amid an upload.
			request.once('data', () => request.socket.destroy());
			request.once('end', () => request.socket.destroy());
			request.resume();
			return;
		}
		if (typeof fate === 'object') {
			request.resume();
			response.writeHead(fate.status, { 'content-type': 'application/xml' });
			response.end(`<Error><Code>${fate.code}</Code></Error>`);
			return;
		}
		// The host header is part of the signature, so it stays.
		const onward = http.request(target + url, { method, headers }, (answer) => {
			if (fate === 'reset after') {
				request.socket.destroy();
				return;
			}
			response.writeHead(answer.statusCode ?? 0, answer.headers);
			answer.pipe(response);
		});
		onward.on('error', () => request.socket.destroy());
		request.pipe(onward);
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	atTheEnd(() => {
		server.closeAllConnections();
		server.close();
	});
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, passed };
}
