import type { FailureCode } from './failure';
import { countedRows } from './run';

/** How rows failed, as it follows their number. */
const HOW: Readonly<Record<FailureCode, string>> = {
	missing_user_id: 'without a user ID',
	invalid_user_id: 'with an invalid user ID',
	user_id_too_long: 'with a user ID that is too long',
	invalid_email: 'with an invalid email address',
	email_too_long: 'with an email address that is too long',
	phone_too_long: 'with a phone number that is too long',
	person_too_large: 'too large for one request',
	invalid_record: 'that cannot be written as JSON',
	unreadable_line: 'that cannot be read',
	refused: 'refused by Flameup',
	too_large_for_flameup: 'too large for Flameup',
	not_confirmed: 'not confirmed by Flameup',
	already_exists: 'already in Flameup',
	not_found: 'not found in Flameup',
	invalid_parameter: 'with a parameter that cannot be used',
	configuration: 'because of a setting that has to be corrected',
	unavailable: 'because Flameup or the network was down or busy',
	uncertain: 'that may have arrived or not',
	canceled: 'canceled',
	unexpected: 'for an unexpected reason',
};

/** Whether a text is the code of a failed row. */
export const isFailureCode = (text: unknown): text is FailureCode =>
	typeof text === 'string' && Object.hasOwn(HOW, text);

/** Such as `2 rows failed: 1 with an invalid email address, 1 refused by Flameup.`; undefined if none failed. */
export function failedHint(failures: ReadonlyMap<FailureCode, number>): string | undefined {
	const counts = [...failures];
	if (counts.length === 0) return undefined;
	const rows = countedRows(counts.reduce((sum, [, count]) => sum + count, 0));
	return `${rows} failed: ${counts.map(([code, count]) => `${count} ${HOW[code]}`).join(', ')}.`;
}
