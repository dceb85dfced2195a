import type { FlameupError, RejectionCode } from '../../src/errors';
import type { ColumnUse } from '../../src/mapping/uses';

/** What a sync would do with the first records of its input. */
export interface Preview {
	readonly received: number;
	/** Whether these are all records of the input. */
	readonly isWhole: boolean;
	readonly streams: readonly StreamPreview[];
	/** Lines that belong to no stream. */
	readonly lines: readonly RejectionPreview[];
	readonly requests: number;
	/** The time that the requests take at least, because of the pace. */
	readonly minutes: number;
	readonly requestsPerMinute: number;
	/** The most people of one request. */
	readonly peoplePerRequest: number;
	/** With `send_changed`: what is known of earlier syncs, or why everyone would be sent. */
	readonly memory?: string;
	readonly warnings: readonly string[];
	/** What would fail the sync; the first one at once, the others if that were corrected. */
	readonly failures: readonly FlameupError[];
}

/** What would become of the records of one stream. */
export interface StreamPreview {
	readonly stream: string;
	readonly received: number;
	readonly upserted: number;
	/** How many of the upserted records would be merged into another one of the same person. */
	readonly merged: number;
	/** Records of people who equal what Flameup last confirmed, which would not be sent. */
	readonly unchanged: number;
	readonly rejected: number;
	readonly deletedInSource: number;
	readonly skipped: number;
	/** Distinct user IDs among the upserted records. */
	readonly people: number;
	readonly columns: readonly (Omit<ColumnUse, 'path'> & {
		readonly column: string;
		/** Objects in it become several traits, whose names begin with `trait` and a point. */
		readonly isFlattened?: true;
		/** In how many records that are to be sent it has a value. */
		readonly filled: number;
	})[];
	readonly rejections: readonly RejectionPreview[];
	/** The first people as they would be sent. */
	readonly firstPeople: readonly unknown[];
}

/** The records rejected for one reason. */
export interface RejectionPreview {
	readonly code: RejectionCode;
	readonly count: number;
	/** What is wrong with the first one, and what to do. */
	readonly reason: string;
	readonly hint?: string;
	/** The first ones: their positions in the stream, or their lines in the input. */
	readonly first: readonly {
		readonly record: number;
		readonly userId?: string;
		/** What the record has in place of a valid value. */
		readonly value?: unknown;
	}[];
}

/** All requests of one window may go at once, so the last window takes no time. */
export const minutesFor = (requests: number, requestsPerMinute: number): number =>
	Math.max(0, Math.floor((requests - 1) / requestsPerMinute));
