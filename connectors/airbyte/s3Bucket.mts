import aws4 from 'aws4';
import { FlameupError } from '../../src/errors';
import { isUntrusted } from '../../src/flameup/stops';
import {
	type Clock,
	type HttpResponse,
	type NetworkFault,
	networkFault,
	type StoredObject,
} from '../../src/ports';
import type { S3Settings } from '../../src/settings/settings';
import type { Send } from './transport.mjs';

/** With the waits between them, they take a quarter of a minute. */
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 60_000;

/** The settings that faults come from; all other answers are about the storage as a whole. */
const SETTING_OF: Readonly<Record<string, keyof S3Settings>> = {
	NoSuchBucket: 's3_bucket_name',
	NoSuchKey: 's3_endpoint',
	InvalidBucketName: 's3_bucket_name',
	PermanentRedirect: 's3_bucket_region',
	AuthorizationHeaderMalformed: 's3_bucket_region',
	NO_CREDENTIALS: 'access_key_id',
	AccessDenied: 'access_key_id',
	InvalidAccessKeyId: 'access_key_id',
	InvalidToken: 'access_key_id',
	ExpiredToken: 'access_key_id',
	SignatureDoesNotMatch: 'secret_access_key',
	NO_CONDITIONS: 's3_endpoint',
	NOT_S3: 's3_endpoint',
};

/** Answers that a later run gets too, until the user corrects something. */
const LASTING: ReadonlySet<string> = new Set([
	...Object.keys(SETTING_OF),
	'RequestTimeTooSkewed',
	'ENOTFOUND',
	'ERR_PROXY_TUNNEL',
]);

/** Answers that mean that the same request may succeed later, besides 429 and most from 500 on. */
const PASSING: ReadonlySet<string> = new Set([
	'RequestTimeout',
	'OperationAborted',
	'ConditionalRequestConflict',
]);

const NOT_IMPLEMENTED = 501;
const STORAGE_IS_FULL = 507;

/** What a bucket needs. */
export interface S3Options {
	readonly settings: S3Settings;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly clock: Clock;
	/** Returns what sends requests to this address. */
	connect(url: string): Send;
}

/** The address of a bucket's server. */
const addressOf = ({ s3_bucket_region, s3_endpoint }: S3Settings): string =>
	s3_endpoint.replace(/\/+$/, '') || `https://s3.${s3_bucket_region}.amazonaws.com`;

/** Headers that a write depends on. */
export type Condition = Readonly<Record<string, string>>;

interface Request {
	readonly method: 'GET' | 'PUT' | 'DELETE';
	/** The name of an object; without it, the request is about the bucket. */
	readonly name?: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly condition?: Condition | undefined;
	readonly body?: Uint8Array;
	/** Whether an answer of success is one of S3. */
	isS3(answer: HttpResponse): boolean;
}

const hasEtag = ({ headers }: HttpResponse): boolean => headers.etag !== undefined;

/** A bucket of S3, or of a store that is compatible with it; each request is retried a few times. */
export class Bucket {
	readonly #options: S3Options;
	readonly #address: string;
	readonly #send: Send;
	readonly #prefix: string;

	constructor(options: S3Options) {
		this.#options = options;
		this.#address = addressOf(options.settings);
		this.#send = options.connect(this.#address);
		const path = options.settings.bucket_path.replace(/^\/+|\/+$/g, '');
		this.#prefix = path === '' ? '' : `${path}/`;
	}

	async get(name: string): Promise<{ content: Buffer; etag: string } | undefined> {
		const { body, bytes, headers, status } = await this.#request({
			method: 'GET',
			name,
			isS3: hasEtag,
		});
		if (status === 404) return undefined;
		return { content: Buffer.from(bytes ?? body), etag: headers.etag ?? '' };
	}

	/** If the condition does not hold or the store knows none, resolves with the answer that says so. */
	put(name: string, body: Uint8Array, condition?: Condition): Promise<HttpResponse> {
		return this.#request({ method: 'PUT', name, condition, body, isS3: hasEtag });
	}

	async remove(name: string): Promise<void> {
		await this.#request({ method: 'DELETE', name, isS3: ({ status }) => status === 204 });
	}

	async list(folder: string): Promise<StoredObject[]> {
		const found: StoredObject[] = [];
		let token: string | undefined;
		do {
			const { body } = await this.#request({
				method: 'GET',
				query: {
					...(token && { 'continuation-token': token }),
					'encoding-type': 'url',
					'list-type': '2',
					prefix: this.#prefix + folder,
				},
				isS3: (answer) => answer.body.includes('<ListBucketResult'),
			});
			const isEncoded = textOf('EncodingType', body) === 'url';
			for (const [, object = ''] of body.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
				const shown = textOf('Key', object) ?? '';
				const key = isEncoded ? decodeURIComponent(shown.replace(/\+/g, ' ')) : shown;
				const name = key.slice(this.#prefix.length);
				found.push({ name, bytes: Number(textOf('Size', object)) });
			}
			token = textOf('NextContinuationToken', body);
		} while (token);
		return found;
	}

	failure(fault: string, isNetworks = false): FlameupError {
		const { s3_endpoint } = this.#options.settings;
		const address = s3_endpoint === '' ? 's3_bucket_region' : 's3_endpoint';
		const name = isNetworks ? address : SETTING_OF[fault];
		const isLasting = LASTING.has(fault) || isUntrusted(networkFault(fault));
		return new FlameupError({
			code: isLasting ? 'unusable_storage' : 'storage_failed',
			setting: name === undefined ? 'storage' : `storage.${name}`,
			fault,
		});
	}

	async #request(request: Request): Promise<HttpResponse> {
		const { clock } = this.#options;
		for (let attempt = 1; ; attempt++) {
			const answer = await this.#send(this.#signed(request));
			const fault = faultOf(answer, request);
			if (fault === undefined) return answer as HttpResponse;
			if (attempt === ATTEMPTS || !isPassing(answer, fault)) {
				throw this.failure(fault, 'fault' in answer);
			}
			await clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + clock.random()));
		}
	}

	/** Signed for each attempt, because a signature holds the time. */
	#signed({ body, condition, method, name, query = {} }: Request): Parameters<Send>[0] {
		const { settings } = this.#options;
		const { host, origin, pathname } = new URL(this.#address);
		const key = name === undefined ? '' : `/${encoded(this.#prefix + name)}`;
		const parameters = Object.entries(query).map(([name, value]) => `${name}=${strict(value)}`);
		const base = `${pathname.replace(/\/$/, '')}/${strict(settings.s3_bucket_name)}${key}`;
		const path = parameters.length === 0 ? base : `${base}?${parameters.join('&')}`;
		const signed = aws4.sign(
			{
				service: 's3',
				region: settings.s3_bucket_region,
				method,
				host,
				path,
				headers: {
					...condition,
					...(body !== undefined && { 'Content-Type': 'application/octet-stream' }),
				},
				...(body !== undefined && { body: Buffer.from(body.buffer, body.byteOffset, body.length) }),
			},
			this.#credentials(),
		);
		return {
			method,
			url: origin + path,
			headers: signed.headers as Record<string, string>,
			...(body !== undefined && { body }),
			timeoutMs: TIMEOUT_MS,
		};
	}

	/** Those of the settings, else those of the environment, by the names that all tools of AWS use. */
	#credentials(): aws4.Credentials {
		const { environment, settings } = this.#options;
		const [accessKeyId, secretAccessKey, sessionToken] =
			settings.access_key_id + settings.secret_access_key === ''
				? [
						environment.AWS_ACCESS_KEY_ID,
						environment.AWS_SECRET_ACCESS_KEY,
						environment.AWS_SESSION_TOKEN,
					]
				: [settings.access_key_id, settings.secret_access_key];
		if (!(accessKeyId && secretAccessKey)) throw this.failure('NO_CREDENTIALS');
		return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
	}
}

/** What is wrong with an answer; undefined if it is one that the request expects. */
function faultOf(
	answer: HttpResponse | NetworkFault,
	{ condition, isS3, name }: Request,
): string | undefined {
	if ('fault' in answer) return answer.fault;
	const { body, status } = answer;
	if (status >= 200 && status < 300) return isS3(answer) ? undefined : 'NOT_S3';
	const code = textOf('Code', body);
	const isAbsent = status === 404 && code === 'NoSuchKey' && name !== undefined;
	const isRefused = condition !== undefined && (status === 412 || status === NOT_IMPLEMENTED);
	if (isAbsent || isRefused) return undefined;
	if (code !== undefined && /^\w{1,60}$/.test(code)) return code;
	return status === 429 || status >= 500 ? `HTTP_${status}` : 'NOT_S3';
}

function isPassing(answer: HttpResponse | NetworkFault, fault: string): boolean {
	if ('fault' in answer) return !isUntrusted(answer);
	const { status } = answer;
	const isBusy = status === 429 || (status >= 500 && status !== STORAGE_IS_FULL);
	return isBusy || PASSING.has(fault);
}

/**
 * The text of the first such element. S3 answers with flat XML of its own, whose names and codes have no
 * entities, because keys come URL-encoded; so this needs no parser.
 */
const textOf = (element: string, xml: string): string | undefined =>
	new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]?.replaceAll('&amp;', '&');

/** Percent-encoding as in signatures, which encode more than encodeURIComponent. */
const strict = (text: string): string =>
	encodeURIComponent(text).replace(
		/[!'()*]/g,
		(one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
	);

const encoded = (key: string): string => key.split('/').map(strict).join('/');
