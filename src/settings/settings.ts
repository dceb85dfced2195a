import { z } from 'zod/v4';
import type { ContradictionCode } from '../errors';
import { DEFAULT_API_URL, LONGEST_KEY, MAX_BATCH_SIZE, REQUESTS_PER_MINUTE } from '../limits';
import { looseName } from './names';

/** A setting that both Airbyte's form and the n8n node show; all others are Airbyte's alone. */
const inN8n = { n8n: true } as const;

const column = z.string().trim().min(1);

/** Which columns become which parts of a person. Texts say {record}, {column} and {run} for the host's own words. */
export const Mapping = z
	.strictObject({
		user_id_columns: z
			.array(column)
			.default([])
			.meta({
				...inN8n,
				title: 'User ID {Column}s',
				description:
					'{Column}s that hold the user ID; the first one with a value is used. A path such as account.id leads inside a {column}. If empty, the primary key is used where the source declares one, then a {column} called user_id or external_id, then id.',
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
					'{Column} that holds the email address; a path such as contact.email leads inside a {column}. If empty, a {column} called email, email_address or mail is used.',
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
				...inN8n,
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
					'Columns that have another name in Flameup. Columns that are not listed keep their name.',
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
					'Whether nulls and empty texts are left out, so that Flameup keeps what it has (omit), or sent as traits (send).',
			}),
	})
	.meta({ title: 'Mapping', description: 'Which columns become which parts of a person.' });
export type Mapping = z.infer<typeof Mapping>;

/** The settings of the mapping without their defaults: what one stream does differently. */
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

/** What is different for one stream. */
export const StreamSettings = z.strictObject({
	stream: z.string().min(1).meta({
		title: 'Stream',
		description: 'Name of the stream in the connection.',
	}),
	namespace: z.string().optional().meta({
		title: 'Namespace',
		description: 'Namespace of the stream. If empty, the stream of this name in any namespace.',
	}),
	skip_stream: z.boolean().default(false).meta({
		title: 'Skip This Stream',
		description: 'Whether the records of the stream are counted, but never sent.',
	}),
	user_id_prefix: z
		.string()
		.default('')
		.meta({
			title: 'User ID Prefix',
			description:
				'Text in front of each user ID of the stream, so that its IDs do not meet those of another stream.',
			examples: ['order-'],
		}),
	mapping: MappingOverrides.prefault({}).meta({
		title: 'Mapping of This Stream',
		description: 'Settings of the mapping that are different for this stream.',
	}),
});
export type StreamSettings = z.infer<typeof StreamSettings>;

/** The settings of a stream, laid over the general ones. */
export const streamMapping = (general: Mapping, { mapping }: StreamSettings): Mapping => ({
	...general,
	...Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined)),
	exclude_columns: [...general.exclude_columns, ...(mapping.exclude_columns ?? [])],
});

/** What happens to records that cannot become a person, and how much the log says about them. */
export const RejectedRecords = z
	.strictObject({
		policy: z.enum(['skip', 'fail_at_first', 'fail_above']).default('skip').meta({
			title: 'When a Record Is Rejected',
			description:
				'What happens when a record is rejected: it is skipped and counted (skip), the sync fails (fail_at_first), or the sync fails above the number or the share set below (fail_above).',
		}),
		max_count: z
			.int()
			.min(1)
			.optional()
			.meta({
				title: 'Most Rejected Records',
				description: 'Number of rejected records above which the sync fails.',
				examples: [500],
			}),
		max_percent: z
			.number()
			.gt(0)
			.lt(100)
			.optional()
			.meta({
				title: 'Highest Rejected Share',
				description:
					'Percentage of rejected records above which the sync fails, judged after the first 100 records.',
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
				'Number of rejected records of each reason that the log describes, by position and a hash of their user ID.',
		}),
		include_values: z.boolean().default(false).meta({
			title: 'Show Personal Data in the Log',
			description:
				"Whether the log may show user IDs and Flameup's own words about a rejected record. Leave this off unless your logs may hold personal data.",
		}),
	})
	.meta({
		title: 'Rejected Records',
		description: 'What happens to records that cannot become a person.',
	});
export type RejectedRecords = z.infer<typeof RejectedRecords>;

/** How fast requests are sent, and for how long a failed one is tried again. */
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
				'Whether the sync goes faster than the number above when Flameup announces a higher limit for your key. A lower limit is always obeyed.',
		}),
		requests_in_flight: z.int().min(1).max(16).default(4).meta({
			title: 'Requests in Flight',
			description: 'Number of requests that may wait for their answer at the same time.',
		}),
		timeout_seconds: z
			.int()
			.min(1)
			.max(600)
			.default(60)
			.meta({
				...inN8n,
				title: 'Timeout in Seconds',
				description: 'Seconds that one request may take before it is tried again.',
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
					'Minutes for which the same request is tried again, while Flameup is down or busy, before the {run} fails.',
			}),
	})
	.meta({ title: 'Pace', description: 'How fast people are sent, and how patient the sync is.' });
export type Pace = z.infer<typeof Pace>;

/** When people are sent together. */
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
					'Number of people who are sent together. A full hundred makes the most of your allowance.',
			}),
		bytes_per_request: z.int().min(10_000).max(100_000_000).default(1_000_000).meta({
			title: 'Bytes per Request',
			description: 'Size of one request. A single person above this size is rejected.',
		}),
		max_age_seconds: z.number().min(0.1).max(60).default(4).meta({
			title: 'Longest Wait for a Full Batch',
			description:
				'Seconds after which a part-filled batch is sent, as long as the allowance has requests to spare.',
		}),
	})
	.meta({ title: 'Batches', description: 'When people are sent together.' });
export type Batches = z.infer<typeof Batches>;

/** An address without a query and a login. */
export const ADDRESS = /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/;

/** Addresses of this machine, where http is safe. */
export const LOOPBACK = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?:\/|$)/;

/** Everything a user can set. Each setting is declared here and nowhere else. */
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
					'Key from Flameup, under Settings, API Keys. It needs the permission people:write; people:read lets the connection test see more.',
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
				'Whether an http address outside this computer is allowed. Your API key and the people then travel unencrypted.',
		}),
		mapping: Mapping.prefault({}),
		streams: z
			.array(StreamSettings)
			.default([])
			.meta({
				title: 'Settings for Single Streams',
				description:
					'What is different for one stream: its mapping, a prefix for its user IDs, or that it is skipped.',
				examples: [[{ stream: 'orders', skip_stream: true }]],
			}),
		streams_share_user_ids: z.boolean().default(false).meta({
			title: 'Streams Share User IDs',
			description:
				'Whether equal primary keys in different streams mean the same person. If off, several streams that take the user ID from their own primary key stop the sync, because they would overwrite each other.',
		}),
		rejected_records: RejectedRecords.prefault({}),
		pace: Pace.prefault({}),
		batches: Batches.prefault({}),
		dry_run: z
			.boolean()
			.default(false)
			.meta({
				...inN8n,
				title: 'Dry Run',
				description:
					'Whether to read, map and check every {record} without sending anyone. Nothing counts as done, so that everything is sent once this is off again.',
			}),
	})
	.superRefine((settings, context) => {
		// A value that is wrong by itself may be missing here.
		const wrong = new Set(context.issues.map(({ path }) => path?.[0]));
		for (const { setting, ...params } of contradictions(settings)) {
			const path = setting.split('.');
			if (!wrong.has(path[0])) context.addIssue({ code: 'custom', path, params });
		}
	});
export type Settings = z.infer<typeof Settings>;

interface Contradiction {
	readonly setting: string;
	readonly problem: ContradictionCode;
	readonly other?: string;
}

/** Settings that do not go together. */
function contradictions(settings: {
	api_url: string;
	allow_http: boolean;
	mapping: Mapping;
	streams: readonly StreamSettings[];
	rejected_records: RejectedRecords;
}): Contradiction[] {
	const { allow_http, api_url, rejected_records: rejected } = settings;
	const found: Contradiction[] = [
		...mappingContradictions(settings.mapping),
		...streamContradictions(settings),
	];
	if (api_url.startsWith('http:') && !allow_http && !LOOPBACK.test(api_url)) {
		found.push({ setting: 'api_url', problem: 'needs_https' });
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
	const excluded = new Set(mapping.exclude_columns.map(looseName));
	const also = (names: readonly string[], problem: ContradictionCode) =>
		names
			.filter((name) => excluded.has(looseName(name)))
			.map((other) => ({ setting: 'mapping.exclude_columns', problem, other }));
	const renamed = mapping.rename.map((entry) => entry.column);
	return [
		...also(mapping.only_columns, 'also_in_only_columns'),
		...also([mapping.email_column].filter(Boolean), 'also_in_email_column'),
		...also(mapping.user_id_columns, 'also_in_user_id_columns'),
		...renamed
			.filter((name, i) => renamed.indexOf(name) < i)
			.map((other) => ({ setting: 'mapping.rename', problem: 'listed_twice' as const, other })),
	];
}

/** What does not go together once the settings of a stream are laid over the general ones. */
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
			mappingContradictions(streamMapping(mapping, stream))
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

const asKey = (contradiction: Contradiction): string => JSON.stringify(contradiction);
