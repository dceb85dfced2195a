import { z } from 'zod/v4';

const count = z.int().min(0);

/** What Airbyte's platform accepts from a destination, and nothing else. */
const Message = z.discriminatedUnion('type', [
	z.strictObject({
		type: z.literal('LOG'),
		log: z.strictObject({ level: z.enum(['INFO', 'WARN', 'DEBUG']), message: z.string().min(1) }),
	}),
	z.strictObject({
		type: z.literal('TRACE'),
		trace: z.strictObject({
			type: z.literal('ERROR'),
			emitted_at: z.int(),
			error: z.strictObject({
				message: z.string().min(1),
				internal_message: z.string(),
				failure_type: z.enum(['config_error', 'transient_error', 'system_error']),
			}),
		}),
	}),
	z.looseObject({
		type: z.literal('STATE'),
		state: z.looseObject({
			destinationStats: z.strictObject({
				recordCount: count,
				rejectedRecordCount: count,
				additionalStats: z.strictObject({
					created: count,
					updated: count,
					merged: count,
					unchanged: count.min(1).optional(),
					deleted_in_source: count.min(1).optional(),
					skipped: count.min(1).optional(),
					requests: count,
				}),
			}),
		}),
	}),
	z.strictObject({ type: z.literal('SPEC'), spec: z.looseObject({}) }),
	z.strictObject({
		type: z.literal('CONNECTION_STATUS'),
		connectionStatus: z.strictObject({
			status: z.enum(['SUCCEEDED', 'FAILED']),
			message: z.string().min(1),
		}),
	}),
	z.strictObject({
		type: z.literal('DESTINATION_CATALOG'),
		destination_catalog: z.strictObject({ operations: z.array(z.looseObject({})).min(1) }),
	}),
]);
export type Message = z.infer<typeof Message>;

/** One line of standard output; throws unless it is a message that Airbyte takes from a destination. */
export const readMessage = (line: string): Message => Message.parse(JSON.parse(line));

/** The messages of one type, in order. */
export const ofType = <T extends Message['type']>(messages: readonly Message[], type: T) =>
	messages.filter((message): message is Extract<Message, { type: T }> => message.type === type);
