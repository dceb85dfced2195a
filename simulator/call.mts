import type { Issue } from './errors.mts';
import type { EventLog } from './events.mts';
import type { Messaging } from './messaging.mts';
import type { People } from './people.mts';
import type { Route } from './routes.mts';
import type { Refuse } from './rules.mts';
import type { Stats } from './stats.mts';
import type { Switches } from './switches.mts';

/** A request with an accepted key, a known route and a parsed body. */
export interface Call {
	route: Route;
	body: unknown;
	at: number;
	switches: Switches;
	people: People;
	events: EventLog;
	messaging: Messaging;
	stats: Stats;
	refuse: Refuse | undefined;
}

/** An endpoint's reply: JSON, an error or no body, and whether it wrote anything. */
export interface Reply {
	status: number;
	json?: object;
	error?: { message: string; issues: Issue[] };
	wrote?: boolean;
}

/** An error reply. */
export const failure = (status: number, message: string, issues: Issue[] = []): Reply => ({
	status,
	error: { message, issues },
});

/** The reply to a request over the rate limit. */
export const tooMany = failure(429, 'Too many requests, please try again later');

/** The reply to an invalid body or query. */
export const invalid = ({ switches }: Call, issues: Issue[]) =>
	failure(switches.validationStatus, 'Validation failed', issues);

/** The reply to a successful write. */
export const written = ({ switches }: Call, json: object): Reply =>
	switches.emptyBody
		? { status: 204, wrote: true }
		: { status: switches.successStatus, json, wrote: true };
