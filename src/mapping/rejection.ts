/** Why a record was rejected, who found it (we, before sending, or Flameup), and what to do about it. */
export const REJECTIONS = {
	missing_user_id: {
		by: 'us',
		meaning: 'No column with a user ID has a value.',
		action: 'Name the right column in user_id_columns, or fill it in the source.',
	},
	invalid_user_id: {
		by: 'us',
		meaning: 'The user ID is not a text or a whole number that can be kept exactly.',
		action: 'Name another column, or turn the value into text in the source.',
	},
	user_id_too_long: {
		by: 'us',
		meaning: 'The user ID has more than 255 characters.',
		action: 'Name another column.',
	},
	invalid_email: {
		by: 'us',
		meaning: 'The email address is not well-formed.',
		action: 'Correct it in the source, or set invalid_email to send_without_email.',
	},
	email_too_long: {
		by: 'us',
		meaning: 'The email address has more than 254 characters.',
		action: 'Correct it in the source, or set invalid_email to send_without_email.',
	},
	phone_too_long: {
		by: 'us',
		meaning: 'The phone number has more than 50 characters.',
		action: 'Correct it in the source, or exclude the column.',
	},
	person_too_large: {
		by: 'us',
		meaning: 'The person alone is larger than a request may be.',
		action: 'Exclude large columns, or raise bytes_per_request.',
	},
	invalid_record: {
		by: 'us',
		meaning: 'The record is not an object, or cannot be written as JSON.',
		action: 'Look at the record in the source.',
	},
	refused: {
		by: 'Flameup',
		meaning: 'Flameup refused the person; the reason has its words.',
		action: 'Correct what the reason names, and sync the record again.',
	},
	too_large_for_flameup: {
		by: 'Flameup',
		meaning: 'Flameup found the person too large, even alone.',
		action: 'Exclude large columns.',
	},
	not_confirmed: {
		by: 'Flameup',
		meaning: 'Flameup took the request twice, but its answer did not list the person.',
		action: 'Look the person up in Flameup, and ask its support.',
	},
} as const;

/** The stable name of a reason; users find it in logs and documents. */
export type RejectionCode = keyof typeof REJECTIONS;

/** A record that did not become a person in Flameup. `userId` is there when it could be read. */
export interface Rejection {
	readonly code: RejectionCode;
	/** One sentence without personal data, except in what Flameup said itself (`detail`). */
	readonly reason: string;
	readonly detail?: string;
	readonly userId?: string;
}
