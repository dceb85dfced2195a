import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Client } from '../../../../src/flameup/client';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { invalidParameter, refusal } from '../../failure';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { requiredText } from '../../parameters';
import type { Run } from '../../run';

const show = { resource: ['campaign'], operation: ['trigger'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	{
		displayName: 'Campaign ID',
		name: 'campaignId',
		type: 'string',
		default: '',
		required: true,
		description: 'The ID of the campaign in Flameup',
		displayOptions: { show },
	},
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Triggers each campaign once, however many rows name it; never again after an unclear answer. */
export const execute = rowByRow(prepare, {
	done: 'triggered',
	again: 'Running the workflow again would trigger the campaigns a second time.',
	repeats: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { client } = await connect(run);
	const readId = requiredText(run.parameters, 'campaignId', 'Campaign ID');
	/** The outcome of each campaign. */
	const triggered = new Map<string, Promise<IDataObject>>();
	let count = 0;
	return {
		async act(row) {
			const id = readId(row);
			const earlier = triggered.get(id);
			if (earlier !== undefined) {
				await earlier;
				return [{ campaign_id: id, result: 'repeated' }];
			}
			const outcome = trigger(client, id);
			triggered.set(id, outcome);
			const item = await outcome;
			count++;
			return [item];
		},
		counted: () => `${count} ${count === 1 ? 'campaign' : 'campaigns'}`,
	};
}

async function trigger(client: Client, id: string): Promise<IDataObject> {
	const triggered = await client.triggerCampaign(id);
	if (triggered.refused) throw refusal(triggered.complaint, 'campaign');
	if (triggered.answer !== undefined) {
		return { campaign_id: id, result: 'triggered', ...(triggered.answer as IDataObject) };
	}
	throw invalidParameter('"Campaign ID" is not an ID', 'Copy the ID of the campaign from Flameup.');
}
