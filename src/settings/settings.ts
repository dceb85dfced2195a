import { z } from 'zod/v4';
import type { ContradictionCode } from '../errors';
import { DEFAULT_API_URL, LONGEST_KEY, MAX_BATCH_SIZE, REQUESTS_PER_MINUTE } from '../limits';
import { looseName } from './names';

/** Marks a setting that the n8n node shows too; all others are for Airbyte only. */
const inN8n = { n8n: true } as const;

/** Likewise, with a description of its own where the other one is about sources and Airbyte. */
const inN8nAs = (description: string) => ({ n8n: { description } });

const column = z.string().trim().min(1);

/** Which columns become which parts of a person. {record}, {column} and {run} stand for the host's terms. */
export const Mapping = z
	.strictObject({
		user_id_columns: z
			.array(column)
			.default([])
			.meta({
				...inN8nAs(
					'{Column}s that hold the user ID; the first one with a value is used, without the spaces around it. A path such as account.id points inside a {column}. If empty, a {column} named user_id is used, else external_id, else id.',
				),
				title: 'User ID {Column}s',
				description:
					'{Column}s that hold the user ID; the first one with a value is used, without the spaces around it. A path such as account.id points inside a {column}. If empty, the primary key is used if the source declares one, else a {column} named user_id or external_id, else id.',
				examples: [['customer_id']],
				paths: true,
			}),
		email_column: z
			.string()
			.trim()
			.default('')
			.meta({
				...inN8n,
				title: 'Email {Column}',
				description:
					'{Column} that holds the email address; a path such as contact.email points inside a {column}. If empty, a {column} with a usual name, such as email or email_address, is used.',
				examples: ['work_email'],
				paths: true,
			}),
		only_columns: z
			.array(column)
			.default([])
			.meta({
				title: 'Only These {Column}s',
				description:
					'{Column}s to send, or paths such as address.city. The user ID and the email address are always sent. If empty, every {column} is sent.',
				examples: [['first_name', 'plan']],
				paths: true,
			}),
		exclude_columns: z
			.array(column)
			.default([])
			.meta({
				...inN8nAs(
					'{Column}s that are never sent, or paths such as address.ssn. {Column}s whose names begin with _airbyte_ or _ab_ are never sent either.',
				),
				title: '{Column}s to Leave Out',
				description:
					'{Column}s that are never sent, or paths such as address.ssn. {Column}s that Airbyte adds for its own use (_airbyte_…, _ab_…) are always left out.',
				examples: [['password_hash']],
				paths: true,
			}),
		rename: z
			.array(
				z.strictObject({
					column: column.meta({
						title: 'Column',
						description: 'Name of the column in the source, or a path such as address.city.',
					}),
					trait: column.meta({
						title: 'Trait',
						description:
							'Name of the trait in Flameup; email, phone, first_name, last_name, avatar_url, timezone and locale are the standard ones.',
					}),
				}),
			)
			.default([])
			.meta({
				title: 'Renamed Columns',
				description:
					'Columns that get another name in Flameup. Columns that are not listed keep their names.',
				examples: [[{ column: 'subscription_tier', trait: 'plan' }]],
			}),
		nested_values: z.enum(['keep', 'flatten', 'text']).default('keep').meta({
			title: 'Nested Values',
			description:
				'How objects inside a column are sent: as they are (keep), as traits such as address.city (flatten), or as JSON text (text).',
		}),
		empty_values: z
			.enum(['omit', 'send'])
			.default('omit')
			.meta({
				...inN8n,
				title: 'Empty Values',
				description:
					'Whether nulls and empty strings are left out, so that Flameup keeps its values (omit), or sent as traits (send).',
			}),
	})
	.meta({ title: 'Mapping', description: 'Which columns become which parts of a person.' });
export type Mapping = z.infer<typeof Mapping>;

/** The mapping settings without defaults, as one stream may override them. */
const MappingOverrides = z.strictObject(
	Object.fromEntries(
		Object.entries(Mapping.shape).map(([name, setting]) => [
			name,
			setting.unwrap().optional().meta(withoutExamples(setting.meta())),
		]),
	) as unknown as { [Name in keyof Mapping]: z.ZodOptional<z.ZodType<Mapping[Name]>> },
);

function withoutExamples(meta: z.core.GlobalMeta = {}): z.core.GlobalMeta {
	return Object.fromEntries(Object.entries(meta).filter(([name]) => name !== 'examples'));
}

/** Settings for one stream. */
export const StreamSettings = z.strictObject({
	stream: z.string().min(1).meta({
		title: 'Stream',
		description: 'Name of the stream in the connection.',
	}),
	namespace: z.string().optional().meta({
		title: 'Namespace',
		description:
			'Namespace of the stream. If empty, the settings apply to this stream name in every namespace; those with a namespace are laid over them.',
	}),
	skip_stream: z.boolean().default(false).meta({
		title: 'Skip This Stream',
		description: 'Whether the records of the stream are counted but not sent.',
	}),
	user_id_prefix: z
		.string()
		.default('')
		.meta({
			title: 'User ID Prefix',
			description:
				'Text in front of each user ID of the stream, so that its IDs differ from those of other streams.',
			examples: ['order-'],
		}),
	mapping: MappingOverrides.prefault({}).meta({
		title: 'Mapping of This Stream',
		description: 'Mapping settings that differ for this stream.',
	}),
});
export type StreamSettings = z.infer<typeof StreamSettings>;

/** Mapping settings with others laid over them; excluded columns add up. */
function overlaid<M extends StreamSettings['mapping']>(
	below: M,
	own: StreamSettings['mapping'],
): M {
	const given = Object.entries(own).filter(([, value]) => value !== undefined);
	const exclude_columns = [...(below.exclude_columns ?? []), ...(own.exclude_columns ?? [])];
	return { ...below, ...Object.fromEntries(given), exclude_columns };
}

/** The general mapping with the stream's own settings applied. */
export const streamMapping = (general: Mapping, { mapping }: StreamSettings): Mapping =>
	overlaid(general, mapping);

/** Whether settings apply to a stream; without a namespace, they apply in every namespace. */
export const isFor = (
	{ namespace, stream }: StreamSettings,
	{ name, namespace: other }: { name: string; namespace?: string | null | undefined },
): boolean => stream === name && (namespace === undefined || namespace === (other ?? ''));

/** The settings for a stream: those for every namespace, with those for its own laid over them. */
export function settingsFor(
	all: readonly StreamSettings[],
	stream: { name: string; namespace?: string | null | undefined },
): StreamSettings | undefined {
	const layers = all.filter((one) => isFor(one, stream));
	const [general, own] = layers.sort((one) => (one.namespace === undefined ? -1 : 1));
	if (general === undefined || own === undefined) return general;
	return {
		...own,
		skip_stream: general.skip_stream || own.skip_stream,
		user_id_prefix: own.user_id_prefix || general.user_id_prefix,
		mapping: overlaid(general.mapping, own.mapping),
	};
}

/** How rejected records are handled and logged. */
export const RejectedRecords = z
	.strictObject({
		policy: z.enum(['skip', 'fail_at_first', 'fail_above']).default('skip').meta({
			title: 'When a Record Is Rejected',
			description:
				'What happens when a record is rejected: it is skipped and counted (skip), the sync fails (fail_at_first), or the sync fails above the number or percentage set below (fail_above).',
		}),
		max_count: z
			.int()
			.min(1)
			.optional()
			.meta({
				title: 'Maximum Rejected Records',
				description: 'Number of rejected records above which the sync fails.',
				examples: [500],
			}),
		max_percent: z
			.number()
			.gt(0)
			.lt(100)
			.optional()
			.meta({
				title: 'Maximum Rejected Percentage',
				description:
					'Percentage of rejected records above which the sync fails, checked from the 100th record on and at the end.',
				examples: [5],
			}),
		invalid_email: z
			.enum(['reject', 'send_without_email'])
			.default('reject')
			.meta({
				...inN8n,
				title: 'When an Email Address Is Invalid',
				description:
					'Whether the {record} is rejected, or the person is sent without an email address.',
			}),
		samples: z.int().min(0).max(1000).default(10).meta({
			title: 'Samples in the Log',
			description:
				'Number of rejected records per reason that the log describes, each by its position and a hash of its user ID.',
		}),
		include_values: z.boolean().default(false).meta({
			title: 'Show Personal Data in the Log',
			description:
				"Whether the log may show user IDs, Flameup's own error messages and, in a dry run, the first three people. Leave this off unless your logs may hold personal data.",
		}),
		keep_values: z.boolean().default(false).meta({
			title: 'Keep Rejected Records as They Came',
			description:
				'Whether the list of rejected records in storage holds the records themselves, so that they can be sent again. They are personal data.',
		}),
		keep_megabytes: z.int().min(1).max(10_000).default(100).meta({
			title: 'Most Megabytes Kept',
			description:
				'Megabytes of the list of one sync, before compression; rejected records beyond are only counted.',
		}),
		keep_days: z.int().min(1).max(3650).default(30).meta({
			title: 'Days Kept',
			description:
				'Days after which lists of rejected records and reports are removed from storage.',
		}),
	})
	.meta({
		title: 'Rejected Records',
		description: 'What happens to records that cannot become a person.',
	});
export type RejectedRecords = z.infer<typeof RejectedRecords>;

/** How fast requests are sent, and for how long failed ones are retried. */
export const Pace = z
	.strictObject({
		requests_per_minute: z
			.int()
			.min(1)
			.default(REQUESTS_PER_MINUTE)
			.meta({
				...inN8n,
				title: 'Requests per Minute',
				description: `Number of requests that may be sent in any 60 seconds; Flameup allows ${REQUESTS_PER_MINUTE} per API key. Set it lower to leave some for other users of the key.`,
			}),
		follow_announced_limit: z.boolean().default(false).meta({
			title: "Follow Flameup's Limit",
			description:
				'Whether the sync may exceed the number above when Flameup announces a higher limit for your key. A lower limit is always obeyed.',
		}),
		requests_in_flight: z.int().min(1).max(16).default(4).meta({
			title: 'Requests in Flight',
			description: 'Number of requests that may be under way at the same time.',
		}),
		timeout_seconds: z
			.int()
			.min(1)
			.max(600)
			.default(60)
			.meta({
				...inN8n,
				title: 'Timeout in Seconds',
				description: 'Seconds to wait for an answer before the request is retried.',
			}),
		give_up_after_minutes: z
			.number()
			.min(0)
			.max(1440)
			.default(10)
			.meta({
				...inN8n,
				title: 'Give Up After Minutes',
				description:
					'Minutes for which a request is retried while Flameup is down or busy, before the {run} fails.',
			}),
	})
	.meta({
		title: 'Pace',
		description: 'How fast people are sent, and for how long failed requests are retried.',
	});
export type Pace = z.infer<typeof Pace>;

/** How people are grouped into requests. */
export const Batches = z
	.strictObject({
		people_per_request: z
			.int()
			.min(1)
			.max(MAX_BATCH_SIZE)
			.default(MAX_BATCH_SIZE)
			.meta({
				...inN8n,
				title: 'People per Request',
				description:
					'Number of people in one request. The maximum of 100 makes the most of your allowance.',
			}),
		bytes_per_request: z.int().min(10_000).max(100_000_000).default(1_000_000).meta({
			title: 'Bytes per Request',
			description: 'Maximum size of one request. A single person above this size is rejected.',
		}),
		max_age_seconds: z.number().min(0.1).max(60).default(4).meta({
			title: 'Longest Wait for a Full Batch',
			description:
				'Seconds after which a partial batch is sent, if the allowance has requests to spare.',
		}),
	})
	.meta({ title: 'Batches', description: 'How people are grouped into requests.' });
export type Batches = z.infer<typeof Batches>;

/** An address without a query and a login. */
export const ADDRESS = /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/;

/** Addresses of this machine, where http is safe. */
export const LOOPBACK = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?:\/|$)/;

/** Names of buckets of S3, old ones too, and of stores whose rules are looser. */
const BUCKET = /^\w[\w.:-]*$/;

/** What would make the path of an object ambiguous: empty names, `.`, `..`, control characters and broken text. */
const AMBIGUOUS = /(?:^|\/)\.{1,2}(?:\/|$)|\/\/|[\p{Cc}\p{Cs}]/u;

const storageType = <Type extends string>(type: Type) =>
	z.literal(type).meta({
		title: 'Storage Type',
		description: 'Type of the storage: none, a folder, or a bucket of S3 or a compatible store.',
	});

/** A bucket of S3 or of a store that is compatible with it. */
export const S3Settings = z
	.strictObject({
		storage_type: storageType('s3'),
		s3_bucket_name: z
			.string()
			.trim()
			.regex(BUCKET, 'not_a_bucket')
			.meta({
				title: 'S3 Bucket Name',
				description: 'Name of a bucket that exists.',
				examples: ['flameup-sync'],
			}),
		s3_bucket_region: z
			.string()
			.trim()
			.regex(/^[a-z\d-]+$/i, 'not_a_region')
			.meta({
				title: 'S3 Bucket Region',
				description:
					'Region of the bucket. Stores other than S3 have names of their own, often us-east-1 (MinIO) or auto (R2).',
				examples: ['eu-central-1'],
			}),
		bucket_path: z
			.string()
			.trim()
			.refine((path) => !AMBIGUOUS.test(path), { params: { problem: 'not_a_bucket_path' } })
			.default('')
			.meta({
				title: 'S3 Bucket Path',
				description: 'Folder in the bucket. If empty, the storage begins at its top.',
				examples: ['flameup/contacts'],
			}),
		s3_endpoint: z
			.string()
			.trim()
			.refine((text) => text === '' || ADDRESS.test(text), {
				params: { problem: 'not_an_address' },
			})
			.default('')
			.meta({
				title: 'S3 Endpoint',
				description:
					'Address of a store that is compatible with S3, such as MinIO or R2. If empty, S3 itself is used.',
				examples: ['https://minio.example.com:9000'],
			}),
		access_key_id: z.string().trim().default('').meta({
			title: 'S3 Access Key ID',
			description:
				'ID of an access key that may read, write, list and delete objects. If empty, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment are used.',
			secret: true,
		}),
		secret_access_key: z.string().trim().default('').meta({
			title: 'S3 Secret Access Key',
			description: 'Secret of the access key.',
			secret: true,
		}),
	})
	.meta({ title: 'S3', description: 'A bucket of S3 or of a store that is compatible with it.' });
export type S3Settings = z.infer<typeof S3Settings>;

/** Where objects are kept that outlive a run; the names are those of Airbyte's own destinations. */
export const StorageSettings = z.discriminatedUnion(
	'storage_type',
	[
		z
			.strictObject({
				storage_type: storageType('none'),
			})
			.meta({ title: 'None', description: 'Nothing is kept between two syncs.' }),
		z
			.strictObject({
				storage_type: storageType('folder'),
				path: z
					.string()
					.trim()
					.min(1)
					.meta({
						title: 'Folder',
						description:
							'Path of a folder that exists, can be written, and outlives the process, such as a mounted volume.',
						examples: ['/data/flameup'],
					}),
			})
			.meta({ title: 'Folder', description: 'Files in a folder, such as a mounted volume.' }),
		S3Settings,
	],
	{ error: 'not_a_storage_type' },
);
export type StorageSettings = z.infer<typeof StorageSettings>;

/** Every setting; each is declared here and nowhere else. */
export const Settings = z
	.strictObject({
		api_key: z
			.string()
			.trim()
			.regex(/^[!-~]+$/, 'one_line')
			.refine((key) => key.length <= LONGEST_KEY, { params: { problem: 'key_too_long' } })
			.meta({
				...inN8n,
				title: 'API Key',
				description:
					'Key from Flameup, under Settings, API Keys. It needs the permission people:write; with people:read, the connection test can check more.',
				secret: true,
			}),
		workspace_id: z
			.string()
			.trim()
			.refine((text) => !/\p{Surrogate}|^\.{1,2}$/u.test(text), {
				params: { problem: 'not_a_workspace_id' },
			})
			.default('')
			.meta({
				...inN8n,
				title: 'Workspace ID',
				description:
					'ID of your workspace, next to its name in Flameup. If empty, the workspace of the API key is used.',
				examples: ['ws_abc123'],
				prominent: true,
			}),
		api_url: z
			.string()
			.trim()
			.regex(ADDRESS, 'not_an_address')
			.default(DEFAULT_API_URL)
			.meta({
				...inN8n,
				title: 'Base URL',
				description: 'Address of the API. Change it only if Flameup gives you another one.',
				examples: [DEFAULT_API_URL],
			}),
		allow_http: z.boolean().default(false).meta({
			title: 'Allow Unencrypted HTTP',
			description:
				'Whether http addresses outside this computer are allowed, in api_url or storage.s3_endpoint. Your data is then sent there unencrypted, with api_url also your API key.',
		}),
		mapping: Mapping.prefault({}),
		streams: z
			.array(StreamSettings)
			.default([])
			.meta({
				title: 'Settings for Single Streams',
				description:
					'Settings for single streams: their own mapping, a prefix for their user IDs, and whether they are skipped.',
				examples: [[{ stream: 'orders', skip_stream: true }]],
			}),
		streams_share_user_ids: z.boolean().default(false).meta({
			title: 'Streams Share User IDs',
			description:
				'Whether equal primary keys in different streams mean the same person. If off, several streams that take the user ID from their own primary key stop the sync, because their people would overwrite each other.',
		}),
		rejected_records: RejectedRecords.prefault({}),
		pace: Pace.prefault({}),
		batches: Batches.prefault({}),
		storage: StorageSettings.default({ storage_type: 'none' }).meta({
			title: 'Storage',
			description:
				'Where the sync keeps what outlives it: hashes of what was sent, the list of rejected records, and reports. It holds no personal data, unless rejected_records.keep_values is on. After a sync without it, empty it before you turn it on again.',
		}),
		changes: z.enum(['send_all', 'send_changed']).default('send_all').meta({
			title: 'Which People Are Sent',
			description:
				'Whether every person is sent (send_all), or only those who differ from what Flameup last confirmed (send_changed). The latter needs a storage.',
		}),
		resend_everything_after_days: z.int().min(1).max(3650).default(30).meta({
			title: 'Resend Everything After Days',
			description:
				'Days after which send_changed sends everyone once more, so that changes that others made in Flameup are overwritten.',
		}),
		dry_run: z
			.boolean()
			.default(false)
			.meta({
				...inN8n,
				title: 'Dry Run',
				description:
					'Whether to read, map and check every {record} without sending anything. Nothing counts as done, so everything is sent once this is off again.',
			}),
	})
	.superRefine((settings, context) => {
		// Groups that already have an issue may be incomplete, so they are not checked again.
		const wrong = new Set(context.issues.map(({ path }) => path?.[0]));
		for (const { setting, ...params } of contradictions(settings)) {
			const path = setting.split('.');
			if (!wrong.has(path[0])) context.addIssue({ code: 'custom', path, params });
		}
	});
export type Settings = z.infer<typeof Settings>;

/** The settings as they may be shown. */
export const withoutSecrets = (settings: Settings): object => ({
	...settings,
	api_key: undefined,
	storage: { ...settings.storage, access_key_id: undefined, secret_access_key: undefined },
});

interface Contradiction {
	readonly setting: string;
	readonly problem: ContradictionCode;
	readonly other?: string;
}

/** Combinations of settings that contradict each other. */
function contradictions(settings: {
	api_url: string;
	allow_http: boolean;
	mapping: Mapping;
	streams: readonly StreamSettings[];
	rejected_records: RejectedRecords;
	storage: StorageSettings;
	changes: 'send_all' | 'send_changed';
}): Contradiction[] {
	const { allow_http, api_url, rejected_records: rejected } = settings;
	const found: Contradiction[] = [
		...mappingContradictions(settings.mapping),
		...streamContradictions(settings),
	];
	const isRefused = (url: string) => url.startsWith('http:') && !allow_http && !LOOPBACK.test(url);
	if (isRefused(api_url)) found.push({ setting: 'api_url', problem: 'needs_https' });
	const { storage } = settings;
	if (storage.storage_type === 's3' && isRefused(storage.s3_endpoint)) {
		found.push({ setting: 'storage.s3_endpoint', problem: 'needs_https' });
	}
	if (settings.changes === 'send_changed' && storage.storage_type === 'none') {
		found.push({ setting: 'changes', problem: 'needs_storage' });
	}
	const setting = 'rejected_records.policy';
	const hasLimit = rejected.max_count !== undefined || rejected.max_percent !== undefined;
	if (rejected.policy === 'fail_above' && !hasLimit)
		found.push({ setting, problem: 'needs_limit' });
	if (rejected.policy !== 'fail_above' && hasLimit) {
		found.push({ setting, problem: 'ignores_limit', other: rejected.policy });
	}
	return found;
}

function mappingContradictions(mapping: Mapping): Contradiction[] {
	const { email_column, exclude_columns, only_columns, rename, user_id_columns } = mapping;
	const excluded = new Set(exclude_columns.map(looseName));
	const also = (names: readonly string[], problem: ContradictionCode) =>
		names
			.filter((name) => wholes(name).some((whole) => excluded.has(looseName(whole))))
			.map((other) => ({ setting: 'mapping.exclude_columns', problem, other }));
	const renamed = rename.map((entry) => entry.column);
	// Of two columns such as _id and id, one may be excluded and the other renamed.
	const leftOut = renamed.filter((name) =>
		wholes(name).some((whole) => exclude_columns.includes(whole)),
	);
	return [
		...also(only_columns, 'also_in_only_columns'),
		...also([email_column].filter(Boolean), 'also_in_email_column'),
		...also(user_id_columns, 'also_in_user_id_columns'),
		...leftOut.map((other) => ({
			setting: 'mapping.exclude_columns',
			problem: 'also_in_rename' as const,
			other,
		})),
		...rename
			.filter(({ column, trait }) => trait !== 'email' && !isListed(column, only_columns))
			.map(({ column }) => ({
				setting: 'mapping.rename',
				problem: 'not_in_only_columns' as const,
				other: column,
			})),
		...renamed
			.filter((name, i) => renamed.indexOf(name) < i)
			.map((other) => ({ setting: 'mapping.rename', problem: 'listed_twice' as const, other })),
	];
}

/** A path and everything that contains it: a.b is in a. */
const wholes = (path: string): string[] =>
	path.split('.').map((_, i, keys) => keys.slice(0, i + 1).join('.'));

/** Whether only_columns lets a column through, or a part of it. */
function isListed(column: string, only: readonly string[]): boolean {
	const names = wholes(column).map(looseName);
	return (
		only.length === 0 ||
		only.some((name) => names.includes(looseName(name))) ||
		only.some((name) => wholes(name).map(looseName).includes(looseName(column)))
	);
}

/** Contradictions that arise only once a stream's settings are applied to the general ones. */
function streamContradictions({
	mapping,
	streams,
}: {
	mapping: Mapping;
	streams: readonly StreamSettings[];
}): Contradiction[] {
	const known = mappingContradictions(mapping).map(asKey);
	const names = streams.map(({ namespace, stream }) => JSON.stringify([namespace, stream]));
	return [
		...streams.flatMap((stream, i) =>
			mappingContradictions(streamMapping(mapping, layered(streams, stream)))
				.filter((one) => !known.includes(asKey(one)))
				.map((one) => ({ ...one, setting: `streams.${i}.${one.setting}` })),
		),
		...streams
			.filter((_, i) => names.indexOf(names[i] ?? '') < i)
			.map(({ stream }) => ({
				setting: 'streams',
				problem: 'listed_twice' as const,
				other: stream,
			})),
	];
}

const layered = (all: readonly StreamSettings[], own: StreamSettings): StreamSettings =>
	settingsFor(all, { name: own.stream, namespace: own.namespace }) ?? own;

const asKey = (contradiction: Contradiction): string => JSON.stringify(contradiction);
