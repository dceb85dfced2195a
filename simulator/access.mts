import { failure, type Reply } from './call.mts';
import { parseJson } from './json.mts';
import { bearerOf, permits } from './keys.mts';
import { endpoints, type Route } from './routes.mts';
import type { Stats } from './stats.mts';
import type { Switches } from './switches.mts';

/** A request; header names are in lower case. */
export interface Request {
	method: string;
	/** Path with query. */
	path: string;
	headers: Readonly<Record<string, string | string[] | undefined>>;
	body: string;
}

/** The key of the request, if it is an accepted one. */
export function keyOf({ headers }: Request, { keys }: Switches) {
	const token = bearerOf(asText(headers.authorization));
	return keys.find(({ key }) => key === token);
}

/** The refusal of a request because of its key, route, workspace or permission. */
export function accessDenied(
	request: Request,
	route: Route | undefined,
	switches: Switches,
	stats: Stats,
): Reply | undefined {
	const key = keyOf(request, switches);
	if (!key) {
		if (request.headers.authorization === undefined) stats.keyMissing();
		else stats.keyWrong();
		return failure(401, 'Invalid or missing API key');
	}
	if (!route) return failure(404, `No such endpoint: ${request.method} ${pathOf(request)}`);
	if (route.workspace !== undefined && route.workspace !== switches.workspace) {
		stats.workspaceWrong();
		return switches.wrongWorkspaceStatus === 404
			? failure(404, 'Workspace not found')
			: failure(403, 'This API key has no access to this workspace');
	}
	const isList = route.endpoint === 'GET people' || route.endpoint === 'GET people/search';
	const needed = isList ? switches.listNeeds : endpoints[route.endpoint].needs;
	if (needed === undefined || permits(key, needed)) return undefined;
	return failure(403, `This API key lacks the permission ${needed}`);
}

/** A parsed body, or the refusal of an invalid one. */
export interface Body {
	json?: unknown;
	problem?: Reply;
}

/** Parses the body of a write. */
export function bodyOf({ method, headers, body }: Request, { maxBodyBytes }: Switches): Body {
	if (method === 'GET') return {};
	if (maxBodyBytes > 0 && Buffer.byteLength(body) > maxBodyBytes) {
		return { problem: failure(413, 'The request body is too large') };
	}
	if (!/^application\/json\b/i.test(asText(headers['content-type']) ?? '')) {
		return { problem: failure(400, 'Content-Type must be application/json') };
	}
	try {
		return { json: parseJson(body) };
	} catch {
		return { problem: failure(400, 'The request body is not valid JSON') };
	}
}

/** The path without its query. */
export const pathOf = ({ path }: Request) => path.split('?', 1)[0] ?? '';

const asText = (header: string | string[] | undefined) =>
	Array.isArray(header) ? header[0] : header;
