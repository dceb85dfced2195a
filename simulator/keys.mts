import type { Switch } from './kinds.mts';

/** An accepted API key and its permissions. */
interface Key {
	key: string;
	permissions: string[];
}

/** The key that is accepted by default; it is valid in the simulator only. */
export const defaultKey = `ws_test_simulator_local.${'0123456789abcdef'.repeat(4)}`;

const permissions = [
	'events:read',
	'events:write',
	'events:list',
	'people:read',
	'people:write',
	'people:delete',
	'people:list',
	'campaigns:read',
	'campaigns:write',
	'campaigns:trigger',
	'analytics:read',
	'workspace:read',
	'workspace:write',
	'devices:write',
	'admin',
	'*',
];

/** Accepted keys: `KEY`, `KEY=people:write,events:write`, or objects; several as a list. */
export const acceptedKeys = (help: string): Switch<Key[]> => ({
	default: [{ key: defaultKey, permissions: ['*'] }],
	values: 'KEY or KEY=permission,… (may be repeated)',
	help,
	read(value) {
		const keys = (Array.isArray(value) ? value : [value]).map(readKey);
		return keys.length > 0 && keys.every((key) => key !== undefined) ? keys : undefined;
	},
});

function readKey(value: unknown): Key | undefined {
	if (typeof value === 'string') {
		const [key = '', granted = '*'] = value.split('=');
		return readKey({ key, permissions: granted.split(',') });
	}
	if (typeof value !== 'object' || value === null) return undefined;
	const { key, permissions: granted = ['*'] } = value as Partial<Key>;
	if (typeof key !== 'string' || key === '' || !Array.isArray(granted)) return undefined;
	return granted.every((one) => permissions.includes(one))
		? { key, permissions: granted }
		: undefined;
}

/** The key in a well-formed `Authorization: Bearer` header. */
export const bearerOf = (authorization: string | undefined) =>
	/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** Whether the key has the permission. */
export const permits = ({ permissions: granted }: Key, permission: string) =>
	granted.some((one) => one === permission || one === '*' || one === 'admin');
