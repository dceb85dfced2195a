/** Where a source had got to; the platform adds `id` and wants it back unchanged. */
export interface State {
	id: number;
	sourceStats: { recordCount: number };
	destinationStats?: { recordCount: number; rejectedRecordCount?: number };
}

/** One line between Airbyte and a connector, as far as the demo looks into it. */
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

/** The part of a JSON schema that tells settings from groups of settings. */
export interface Schema {
	properties?: Record<string, Schema>;
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

// TypeScript does not know yet that a reviver also gets the text it was parsed from.
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Reads a line; whole numbers that JavaScript would round stay text, so that they can be compared. */
export const parseMessage = (line: string): Message | undefined => {
	try {
		return parse(line, (_key, value, { source }) =>
			Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value,
		) as Message;
	} catch {
		return undefined;
	}
};
