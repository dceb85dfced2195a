import type { Understanding } from '../../src/mapping/plan';
import { PERSON_FIELDS } from './personFields';

/** More names than this are only counted. */
const MOST_NAMES = 3;

/** How automatic mapping understood the fields, as a sentence. */
export function understoodText({ leftOut, roles, traits, userId }: Understanding): string {
	const paths = userId.paths.map((path) => path.join('.'));
	return `${[
		paths.length > 0 ? `User ID from ${paths.join(' or ')}` : 'No field for the user ID',
		...[...new Set(roles.map(({ role }) => role))].map((role) => {
			const columns = roles.filter((one) => one.role === role).map(({ column }) => column);
			return `${titleOf(role)} from ${columns.join(' or ')}`;
		}),
		...(traits.length > 0 ? [`custom traits: ${listed(traits)}`] : []),
		...(leftOut.length > 0 ? [`left out: ${listed(leftOut)}`] : []),
	].join('; ')}.`;
}

const titleOf = (role: string): string =>
	PERSON_FIELDS.find(({ id }) => id === role)?.displayName ?? role;

/** Such as `a, b, c and 4 more`. */
function listed(names: readonly string[]): string {
	if (names.length <= MOST_NAMES + 1) return names.join(', ');
	return `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
}
