import { z } from 'zod/v4';

/** People in one batch request; Flameup documents 100. */
export const MAX_BATCH_SIZE = 100;

/** Flameup's documented address. */
export const DEFAULT_API_URL = 'https://api.flameup.ai/api/v1';

/** Characters in a user ID, an email address and a phone number (Flameup's guide to people). */
export const LIMITS = { userId: 255, email: 254, phone: 50 } as const;

/** Characters of an API key: Flameup's have some 80, and what is far longer is something else. */
export const LONGEST_KEY = 1_000;

const ATOM = '[^\\s@.,;:<>()\\[\\]\\\\"]+';

/** One @, no blanks, and a dotted domain; stricter rules are Flameup's to apply. */
export const EMAIL_PATTERN = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${ATOM}(?:\\.${ATOM})+$`, 'u');

/** What Flameup takes for one person; documented limits only. */
export const Person = z.object({
	userId: z.string().trim().min(1).max(LIMITS.userId),
	email: z.string().max(LIMITS.email).regex(EMAIL_PATTERN).optional(),
	phone: z.string().max(LIMITS.phone).optional(),
	traits: z.record(z.string(), z.unknown()).optional(),
});
export type Person = z.infer<typeof Person>;

const column = z.string().trim().min(1);

/** Which columns become which parts of a person. */
export const Mapping = z
	.strictObject({
		user_id_columns: z
			.array(column)
			.default([])
			.meta({
				title: 'User ID Columns',
				description:
					'You name the columns that hold the user ID; the first one with a value is used. When you name none, the primary key of the stream is used, then a column called user_id or external_id, then id.',
				examples: [['customer_id']],
			}),
		email_column: z
			.string()
			.trim()
			.default('')
			.meta({
				title: 'Email Column',
				description:
					'You name the column that holds the email address. When you leave it empty, a column called email, email_address or mail is used.',
				examples: ['work_email'],
			}),
		only_columns: z
			.array(column)
			.default([])
			.meta({
				title: 'Only These Columns',
				description:
					'You list the columns that are sent; the user ID and the email address always are. When you list none, every column is sent.',
				examples: [['first_name', 'plan']],
			}),
		exclude_columns: z
			.array(column)
			.default([])
			.meta({
				title: 'Columns to Leave Out',
				description:
					'You list columns that are never sent. Bookkeeping columns of Airbyte (_airbyte_…, _ab_…) are always left out.',
				examples: [['password_hash']],
			}),
		rename: z
			.array(
				z.strictObject({
					column: column.meta({
						title: 'Column',
						description: 'You name the column as the source calls it.',
					}),
					trait: column.meta({
						title: 'Trait',
						description:
							'You choose the name it gets in Flameup; email, phone, first_name, last_name, avatar_url, timezone and locale are the standard ones.',
					}),
				}),
			)
			.default([])
			.meta({
				title: 'Renamed Columns',
				description:
					'You give columns another name in Flameup. Columns that you do not list keep their name.',
				examples: [[{ column: 'subscription_tier', trait: 'plan' }]],
			}),
		nested_values: z.enum(['keep', 'flatten', 'text']).default('keep').meta({
			title: 'Nested Values',
			description:
				'You choose what becomes of objects inside a column: keep them, flatten them into traits such as address.city, or send them as JSON text.',
		}),
		empty_values: z.enum(['omit', 'send']).default('omit').meta({
			title: 'Empty Values',
			description:
				'You choose whether nulls and empty texts are left out, so that Flameup keeps what it has, or sent as traits.',
		}),
	})
	.meta({
		title: 'Mapping',
		description: 'You choose which columns become which parts of a person.',
	});
export type Mapping = z.infer<typeof Mapping>;

/** What happens to records that cannot become a person, and how much is told of them. */
export const RejectedRecords = z
	.strictObject({
		policy: z.enum(['skip', 'fail_at_first', 'fail_above']).default('skip').meta({
			title: 'When a Record Is Rejected',
			description:
				'You choose whether the sync skips and counts the record, fails at the first one, or fails above the number or the share that you set below.',
		}),
		max_count: z
			.int()
			.min(1)
			.optional()
			.meta({
				title: 'Most Rejected Records',
				description: 'You set how many rejected records one sync may have before it fails.',
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
					'You set how many percent of the records may be rejected; the share is judged at the end of the sync.',
				examples: [5],
			}),
		invalid_email: z.enum(['reject', 'send_without_email']).default('reject').meta({
			title: 'When an Email Address Is Invalid',
			description:
				'You choose whether the record is rejected, or the person is sent without an email address.',
		}),
		samples: z.int().min(0).max(1000).default(10).meta({
			title: 'Samples in the Log',
			description:
				'You set how many rejected records of each reason the log describes, by position and a hash of their user ID.',
		}),
		include_values: z.boolean().default(false).meta({
			title: 'Show Personal Data in the Log',
			description:
				"You allow the log to show user IDs and Flameup's own words about a rejected record. Leave this off unless your logs may hold personal data.",
		}),
	})
	.meta({
		title: 'Rejected Records',
		description: 'You choose what happens to records that cannot become a person.',
	});
export type RejectedRecords = z.infer<typeof RejectedRecords>;

/** How fast requests go out, and for how long a failing one is tried again. */
export const Pace = z
	.strictObject({
		requests_per_minute: z.int().min(1).default(120).meta({
			title: 'Requests per Minute',
			description:
				'You set how many requests may be sent in any 60 seconds; Flameup allows 120 per API key. Set it lower to leave some for other users of the key.',
		}),
		follow_announced_limit: z.boolean().default(false).meta({
			title: "Follow Flameup's Limit",
			description:
				'You let the sync go faster than the number above when Flameup announces a higher limit for your key. A lower limit is always obeyed.',
		}),
		requests_in_flight: z.int().min(1).max(16).default(4).meta({
			title: 'Requests in Flight',
			description: 'You set how many requests may wait for their answer at the same time.',
		}),
		timeout_seconds: z.int().min(1).max(600).default(60).meta({
			title: 'Timeout in Seconds',
			description: 'You set how long one request may take before it is tried again.',
		}),
		give_up_after_minutes: z.number().min(0).max(1440).default(10).meta({
			title: 'Give Up After Minutes',
			description:
				'You set for how long the same batch is tried again, while Flameup is down or busy, before the sync fails.',
		}),
	})
	.meta({
		title: 'Pace',
		description: 'You choose how fast people are sent, and how patient the sync is.',
	});
export type Pace = z.infer<typeof Pace>;

/** When people are sent together. */
export const Batches = z
	.strictObject({
		people_per_request: z.int().min(1).max(MAX_BATCH_SIZE).default(MAX_BATCH_SIZE).meta({
			title: 'People per Request',
			description:
				'You set how many people are sent together. A full hundred makes the most of your allowance.',
		}),
		bytes_per_request: z.int().min(10_000).max(100_000_000).default(1_000_000).meta({
			title: 'Bytes per Request',
			description:
				'You set how large one request may be. A single person above this size is rejected.',
		}),
		max_age_seconds: z.number().min(0.1).max(60).default(4).meta({
			title: 'Longest Wait for a Full Batch',
			description:
				'You set after how many seconds a part-filled batch is sent, as long as the allowance has requests to spare.',
		}),
	})
	.meta({ title: 'Batches', description: 'You choose when people are sent together.' });
export type Batches = z.infer<typeof Batches>;

const LOOPBACK = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?:\/|$)/;

/** Everything a user can set. Each setting is declared here and nowhere else. */
export const Settings = z
	.strictObject({
		api_key: z
			.string()
			.trim()
			.regex(/^[!-~]+$/, 'must be one line without blanks')
			.refine((key) => key.length <= LONGEST_KEY, 'must not be longer than 1,000 characters')
			.meta({
				title: 'API Key',
				description:
					'You find it in Flameup under Settings, API Keys. It needs the permission people:write; people:read lets the connection test see more.',
				secret: true,
			}),
		workspace_id: z
			.string()
			.trim()
			.refine((text) => !/\p{Surrogate}/u.test(text), 'must be made of whole characters')
			.default('')
			.meta({
				title: 'Workspace ID',
				description:
					'You find it in Flameup next to the name of your workspace. When you leave it empty, the workspace of the API key is used.',
				examples: ['ws_abc123'],
				prominent: true,
			}),
		api_url: z
			.string()
			.trim()
			.regex(/^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/, 'must be an http or https address')
			.default(DEFAULT_API_URL)
			.meta({
				title: 'API Address',
				description: 'You change this only when Flameup gives you another address.',
				examples: [DEFAULT_API_URL],
			}),
		allow_http: z.boolean().default(false).meta({
			title: 'Allow Unencrypted HTTP',
			description:
				'You allow an http address outside this computer. Your API key and the people then travel unencrypted.',
		}),
		mapping: Mapping.prefault({}),
		rejected_records: RejectedRecords.prefault({}),
		pace: Pace.prefault({}),
		batches: Batches.prefault({}),
		dry_run: z.boolean().default(false).meta({
			title: 'Dry Run',
			description:
				'You let the sync read, map and check every record without sending anyone. No state is saved, so that a later sync sends everything.',
		}),
	})
	.superRefine((settings, context) => {
		const contradiction = (path: string[], message: string) =>
			context.addIssue({ code: 'custom', path, message });
		const { mapping, rejected_records: rejected } = settings;
		const leavesOut = (name: string) =>
			mapping.exclude_columns.some((other) => normalized(other) === normalized(name));
		if (
			settings.api_url.startsWith('http:') &&
			!settings.allow_http &&
			!LOOPBACK.test(settings.api_url)
		) {
			contradiction(['api_url'], 'must start with https:// (or set allow_http)');
		}
		for (const name of mapping.only_columns) {
			if (leavesOut(name)) {
				contradiction(
					['mapping', 'exclude_columns'],
					`also lists ${name} of only_columns; keep one`,
				);
			}
		}
		if (mapping.email_column !== '' && leavesOut(mapping.email_column)) {
			contradiction(['mapping', 'exclude_columns'], 'also lists the email_column; keep one');
		}
		const renamed = mapping.rename.map((entry) => entry.column);
		if (new Set(renamed).size < renamed.length) {
			contradiction(['mapping', 'rename'], 'lists one column twice; keep one');
		}
		const limits = rejected.max_count !== undefined || rejected.max_percent !== undefined;
		if (rejected.policy === 'fail_above' && !limits) {
			contradiction(
				['rejected_records', 'policy'],
				'is fail_above, which needs max_count or max_percent',
			);
		}
		if (rejected.policy !== 'fail_above' && limits) {
			contradiction(
				['rejected_records', 'policy'],
				`is ${rejected.policy}, but max_count and max_percent apply to fail_above only`,
			);
		}
	});
export type Settings = z.infer<typeof Settings>;

/** How column names are compared: without case, blanks, `_` and `-`. */
export const normalized = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');
