import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import aws4 from 'aws4';
import type { S3Settings } from '../../src/settings/settings';

const PROGRAM = resolve(import.meta.dirname, '../../.s3/bin/weed');

/** How often the server is asked whether it is ready. */
const PATIENCE = 300;

/** Who may do what in the store. */
const IDENTITIES = {
	identities: [
		{
			name: 'admin',
			credentials: [{ accessKey: 'admin', secretKey: 'of-admin' }],
			actions: ['Admin'],
		},
		{
			name: 'writer',
			credentials: [{ accessKey: 'writer', secretKey: 'of-writer' }],
			actions: ['Read:bucket', 'Write:bucket', 'List:bucket'],
		},
		{
			name: 'reader',
			credentials: [{ accessKey: 'reader', secretKey: 'of-reader' }],
			actions: ['Read:bucket', 'List:bucket'],
		},
		{
			name: 'stranger',
			credentials: [{ accessKey: 'stranger', secretKey: 'of-stranger' }],
			actions: ['Read', 'Write', 'List'],
		},
	],
};

/** Settings that reach the store, as one who may read, write and list. */
export const settingsFor = (s3_endpoint: string): S3Settings => ({
	storage_type: 's3',
	s3_bucket_name: 'bucket',
	s3_bucket_region: 'us-east-1',
	bucket_path: 'flameup/contacts',
	s3_endpoint,
	access_key_id: 'writer',
	secret_access_key: 'of-writer',
});

async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(servers.map((server) => new Promise((done) => server.once('listening', done))));
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
	return ports;
}

/** Starts SeaweedFS with an empty bucket. */
export async function startS3(): Promise<{ url: string; stop(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), 'flameup-s3-'));
	const identities = join(folder, 's3.json');
	writeFileSync(identities, JSON.stringify(IDENTITIES));
	const [port, ...others] = await freePorts(8);
	const names = ['master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc'];
	names.push('filer.port', 'filer.port.grpc', 's3.port.grpc');
	const server = spawn(
		PROGRAM,
		[
			...['server', '-filer', '-s3', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${folder}`],
			...names.map((name, i) => `-${name}=${others[i]}`),
			...[`-s3.port=${port}`, '-s3.port.iceberg=0', `-s3.config=${identities}`],
			...['-master.volumeSizeLimitMB=16', '-volume.max=40', '-master.telemetry=false'],
		],
		{ stdio: 'ignore' },
	);
	const ended = new Promise((done) => server.once('exit', done));
	const stop = async () => {
		server.kill('SIGKILL');
		await ended;
		rmSync(folder, { recursive: true, force: true });
	};
	const url = `http://127.0.0.1:${port}`;
	await createBucket(url).catch(async (error) => {
		await stop();
		throw error;
	});
	return { url, stop };
}

/** Once this has succeeded, the store takes objects. */
async function createBucket(url: string): Promise<void> {
	const put = (path: string, body?: string) => {
		const request = { service: 's3', method: 'PUT', host: new URL(url).host, path };
		const { headers } = aws4.sign(
			{ ...request, ...(body && { body }) },
			{ accessKeyId: 'admin', secretAccessKey: 'of-admin' },
		);
		return fetch(url + path, {
			method: 'PUT',
			headers: headers as Record<string, string>,
			...(body && { body }),
		}).then(
			({ ok }) => ok,
			() => false,
		);
	};
	for (let left = PATIENCE; left > 0; left--) {
		if ((await put('/bucket')) && (await put('/bucket/ready', 'yes'))) return;
		await sleep(200);
	}
	throw new Error('The S3 server does not answer.');
}
