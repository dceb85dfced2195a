import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A proxy that blocks every request and records it. */
export async function startProxy() {
	const asked: string[] = [];
	const server = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', (data) => {
			asked.push(data.toString().split('\r\n', 1)[0] ?? '');
			socket.destroy();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return { asked, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
