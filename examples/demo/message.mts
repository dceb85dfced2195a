/** The position of a source; the platform adds `id` and expects it back unchanged. */
export interface State {
	id: number;
	sourceStats: { recordCount: number };
	destinationStats?: { recordCount: number; rejectedRecordCount?: number };
}

/** One message between Airbyte and a connector, with only the members that the demo reads. */
export interface Message {
	type: string;
	record?: { data: Record<string, unknown> };
	state?: State;
	log?: { level: string; message: string };
	trace?: { error?: { message: string } };
	spec?: {
		connectionSpecification: Schema;
		supported_destination_sync_modes: string[];
	};
	connectionStatus?: { status: string; message?: string };
	destination_catalog?: { operations: { object_name: string; sync_mode: string }[] };
}

/** The part of a JSON schema that distinguishes settings from groups of settings. */
export interface Schema {
	properties?: Record<string, Schema>;
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

// TypeScript's types lack the reviver's third argument.
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Parses a line; whole numbers that JavaScript would round become text, so that they can be compared. */
export const parseMessage = (line: string): Message | undefined => {
	try {
		return parse(line, (_key, value, { source }) =>
			Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value,
		) as Message;
	} catch {
		return undefined;
	}
};
