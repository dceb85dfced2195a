import { createHash } from 'node:crypto';
import type { RawRequest, Send } from '../../connectors/airbyte/transport.mts';
import type { HttpResponse, NetworkFault } from '../../src/ports';
import type { Objects } from './fake-storage.mts';

export const BUCKET = 'bucket';

/** Settings that reach a store in memory. */
export const S3_SETTINGS = {
	storage_type: 's3',
	s3_bucket_name: BUCKET,
	s3_bucket_region: 'us-east-1',
	bucket_path: 'some/where',
	s3_endpoint: 'https://s3.invalid',
	access_key_id: 'key',
	secret_access_key: 'secret',
} as const;

const PREFIX = `${S3_SETTINGS.bucket_path}/`;

/** So few that listing takes several requests. */
const MOST_LISTED = 2;

/** An error as S3 answers with it. */
export const s3Error = (status: number, code: string): HttpResponse => ({
	status,
	headers: { 'content-type': 'application/xml' },
	body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Words &amp; more.</Message></Error>`,
});

/** What happens to a request instead of being carried out and answered. */
export type S3Fate =
	| HttpResponse
	| NetworkFault
	| 'answer is lost'
	| 'goes on'
	| 'never returns'
	| 'hangs';

export interface FakeS3Options {
	/** Called before each request; the object's name is undefined for a list. */
	before?(request: RawRequest, name: string | undefined): S3Fate;
	/** Whether conditions are honored, not known (501), or ignored. */
	readonly conditions?: 'honoured' | 'not known' | 'ignored';
}

const etagOf = (content: Buffer): string => `"${createHash('md5').update(content).digest('hex')}"`;

const never = () => new Promise<never>(() => undefined);

/** A store in memory that answers as S3 does, as one run reaches it. Names are without the settings' path. */
export function createFakeS3(objects: Objects, options: FakeS3Options = {}): Send {
	const { conditions = 'honoured' } = options;

	/** The answer to a condition that does not hold. */
	function refused(name: string, headers: RawRequest['headers']): HttpResponse | undefined {
		const found = objects.get(name);
		const [absent, expected] = [headers['if-none-match'], headers['if-match']];
		if (conditions === 'ignored' || (absent ?? expected) === undefined) return undefined;
		if (conditions === 'not known') return s3Error(501, 'NotImplemented');
		if (found === undefined) return expected ? s3Error(404, 'NoSuchKey') : undefined;
		return expected === etagOf(found) ? undefined : s3Error(412, 'PreconditionFailed');
	}

	function put(name: string, { body, headers }: RawRequest): HttpResponse {
		const refusal = refused(name, headers);
		if (refusal !== undefined) return refusal;
		const content = Buffer.from(body ?? []);
		objects.set(name, content);
		return { status: 200, headers: { etag: etagOf(content) }, body: '' };
	}

	function get(name: string): HttpResponse {
		const found = objects.get(name);
		if (found === undefined) return s3Error(404, 'NoSuchKey');
		return {
			status: 200,
			headers: { etag: etagOf(found) },
			body: '',
			bytes: Uint8Array.from(found),
		};
	}

	function list(query: URLSearchParams): HttpResponse {
		const prefix = query.get('prefix') ?? '';
		const after = query.get('continuation-token') ?? '';
		const keys = [...objects.keys()]
			.map((name) => PREFIX + name)
			.filter((key) => key.startsWith(prefix) && key > after)
			.sort();
		const shown = keys.slice(0, MOST_LISTED);
		const contents = shown.map((key) => {
			const { length } = objects.get(key.slice(PREFIX.length)) ?? [];
			return `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${length}</Size></Contents>`;
		});
		const isTruncated = keys.length > shown.length;
		// Some stores show an empty token at the end.
		const token = `<NextContinuationToken>${isTruncated ? shown.at(-1) : ''}</NextContinuationToken>`;
		const body = `<ListBucketResult><EncodingType>url</EncodingType>${contents.join('')}${token}</ListBucketResult>`;
		return { status: 200, headers: {}, body };
	}

	function carryOut(request: RawRequest, name: string | undefined): HttpResponse {
		if (name === undefined) return list(new URL(request.url).searchParams);
		if (request.method === 'PUT') return put(name, request);
		if (request.method === 'GET') return get(name);
		objects.delete(name);
		return { status: 204, headers: {}, body: '' };
	}

	return async (request) => {
		await Promise.resolve();
		const key = decodeURIComponent(new URL(request.url).pathname).slice(`/${BUCKET}/`.length);
		const name = key === '' ? undefined : key.slice(PREFIX.length);
		const fate = options.before?.(request, name) ?? 'goes on';
		if (fate === 'never returns' || fate === 'hangs') return never();
		if (typeof fate === 'object') return fate;
		const answer = carryOut(request, name);
		return fate === 'goes on' ? answer : { fault: 'ECONNRESET', sent: true };
	};
}
