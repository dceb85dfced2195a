import {
	type ILoadOptionsFunctions,
	type INodeListSearchItems,
	type INodeListSearchResult,
	NodeOperationError,
} from 'n8n-workflow';
import { idOf } from '../../src/flameup/answers';
import type { Json } from '../../src/flameup/json';
import { MAX_BATCH_SIZE } from '../../src/limits';
import { NodeClock, NodeStop } from './clock';
import { openClient, readCredential } from './connection';
import { asHtml, failureOf, refusal } from './failure';
import { field } from './personOutput';

/** Somebody waits in front of the form, so a request is not retried. */
const PACE = { timeout_seconds: 10, give_up_after_minutes: 0 };

/** A page of the people to choose from; those without a user ID cannot be chosen. */
export async function searchPeople(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const offset = Number(paginationToken ?? 0);
	try {
		const credential = await readCredential(this);
		const { client } = openClient(
			this,
			{ ...credential, pace: PACE },
			new NodeClock(undefined),
			new NodeStop(undefined),
		);
		const search = filter?.trim() ? { search: filter.trim() } : {};
		const listed = await client.listPeople(search, MAX_BATCH_SIZE, offset);
		if (listed.refused) throw refusal(listed.complaint, 'request');
		const { items, total = 0 } = listed.page;
		const next = offset + items.length;
		return {
			results: items.flatMap(toChoice),
			...(items.length > 0 && next < total && { paginationToken: String(next) }),
		};
	} catch (error) {
		const { reason, hint, title } = failureOf(error).text;
		const description = [reason, hint].filter((part) => part !== undefined).join(' ');
		throw new NodeOperationError(this.getNode(), title, { description: asHtml(description) });
	}
}

/** Such as `Ann Archer (ann@example.com)`. */
function toChoice(person: Json): INodeListSearchItems[] {
	const userId = idOf(person);
	if (userId === undefined) return [];
	const text = (name: string) => String(field(person, name) ?? '');
	const name = `${text('first_name')} ${text('last_name')}`.trim();
	const other = text('email') || userId;
	return [{ name: name === '' ? other : `${name} (${other})`, value: userId }];
}
