import { type ApiError, describe } from '../../src/flameup/answers';
import { withoutPersonalData } from '../../src/flameup/privacy';
import { Failure } from './failure';
import { sentence } from './wording';

/** What Flameup refused for a reason that lies in the row; `what` ends the sentence "Flameup refused …". */
export function fromRefusal(
	{ error, status }: { readonly error: ApiError; readonly status: number },
	what: string,
	userId: string,
): Failure {
	const said = describe(error);
	const clean = withoutPersonalData(said, [userId]);
	const exists = status === 409;
	return new Failure({
		code: exists ? 'already_exists' : status === 413 ? 'too_large_for_flameup' : 'refused',
		title: exists ? 'Flameup has this person already' : `Flameup refused ${what}`,
		reason: clean === '' ? `It answered ${status}.` : sentence(`Flameup says: ${clean}`),
		hint: exists
			? 'Use the operation Create or Update to change people who are there.'
			: 'Correct what Flameup names, and run the row again.',
		userId,
		...(said !== '' && { said }),
		isFromApi: true,
	});
}
