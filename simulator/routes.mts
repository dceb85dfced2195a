import type { Switches } from './switches.mts';

const both = ['workspace', 'key'];

/** The endpoints, with the permission that each needs and the path styles that it exists in. */
export const endpoints = {
	'POST people/batch': { needs: 'people:write', styles: both },
	'POST people/upsert': { needs: 'people:write', styles: ['workspace'] },
	'POST people': { needs: 'people:write', styles: both },
	'PUT people/{id}': { needs: 'people:write', styles: both },
	'GET people/search': { needs: 'people:read', styles: ['workspace'] },
	'GET people/{id}': { needs: 'people:read', styles: both },
	'GET people': { needs: 'people:read', styles: both },
	'GET events': { needs: 'events:read', styles: ['workspace'] },
	'POST events': { needs: 'events:write', styles: both },
	'POST track': { needs: 'events:write', styles: ['key'] },
	// The docs do not name its permission.
	'POST transactional/send': { needs: undefined, styles: ['workspace'] },
	'POST campaigns/{id}/trigger': { needs: 'campaigns:trigger', styles: ['workspace'] },
	'POST people/{id}/devices': { needs: 'devices:write', styles: ['key'] },
} as const;
export type Endpoint = keyof typeof endpoints;

/** The base path of the API. */
export const basePath = '/api/v1';

/** The endpoint of a request and what its path contains. */
export interface Route {
	endpoint: Endpoint;
	style: 'workspace' | 'key';
	workspace: string | undefined;
	id: string;
	query: URLSearchParams;
}

/** Finds the endpoint for a method and a path with query. */
export function routeOf(
	method: string,
	target: string,
	{ pathStyle }: Switches,
): Route | undefined {
	const [path = '', query = ''] = target.split('?', 2);
	const parts = decoded(path);
	if (!parts) return undefined;
	const isScoped = parts[0] === 'workspaces';
	const style = isScoped ? 'workspace' : 'key';
	const rest = isScoped ? parts.slice(2) : parts;
	const names = [rest, ...(rest[1] ? [rest.with(1, '{id}')] : [])];
	const endpoint = names
		.map((segments) => `${method} ${segments.join('/')}`)
		.find(
			(name): name is Endpoint =>
				Object.hasOwn(endpoints, name) &&
				endpoints[name as Endpoint].styles.some((one) => one === style),
		);
	if (!endpoint) return undefined;
	const isAlways = endpoint === 'POST track' || endpoint === 'POST people/{id}/devices';
	const exists = isAlways || pathStyle === 'both' || pathStyle === style;
	const workspace = isScoped ? (parts[1] ?? '') : undefined;
	const id = rest[1] ?? '';
	return exists ? { endpoint, style, workspace, id, query: new URLSearchParams(query) } : undefined;
}

function decoded(path: string): string[] | undefined {
	if (!path.startsWith(`${basePath}/`)) return undefined;
	try {
		return path
			.slice(basePath.length + 1)
			.split('/')
			.map(decodeURIComponent);
	} catch {
		return undefined;
	}
}
