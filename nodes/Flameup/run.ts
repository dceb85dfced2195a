import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import type { Stop } from '../../src/ports';
import { NodeClock, NodeStop } from './clock';
import { failedHint } from './failedHint';
import { asHtml, toError } from './failure';
import { Parameters } from './parameters';
import { Results } from './results';

/** One execution of the node. */
export interface Run {
	readonly context: IExecuteFunctions;
	readonly node: INode;
	readonly items: readonly INodeExecutionData[];
	readonly parameters: Parameters;
	readonly results: Results;
	readonly clock: NodeClock;
	readonly stop: Stop;
	readonly cancel: AbortSignal | undefined;
	/** Failed rows become items: the user chose it, or a language model is to read why they failed. */
	readonly continues: boolean;
}

/** Carries out one operation for all rows: settles each in `results`, and says what was done. Never throws. */
export type Operation = (run: Run) => Promise<Done>;

/** What an operation says at its end. */
export interface Done {
	/** For the error that ends a run: what was done before, and whether running again is safe. */
	readonly progress: string;
	/** Shown above the output; left out when there is nothing to tell. */
	readonly hint?: string;
	/** Shown beside the hint, as a warning. */
	readonly warning?: string | undefined;
	/** An item that comes before those of the rows. */
	readonly summary?: INodeExecutionData;
}

/** What n8n tells of one execution. */
export function createRun(context: IExecuteFunctions): Run {
	const node = context.getNode();
	const items = context.getInputData();
	// Contexts of older versions, and of tools, lack it.
	const cancel = context.getExecutionCancelSignal?.();
	return {
		context,
		node,
		items,
		parameters: new Parameters(context, node, items),
		results: new Results(items.length),
		clock: new NodeClock(cancel),
		stop: new NodeStop(cancel),
		cancel,
		continues: context.continueOnFail() || isTool(context, node),
	};
}

/** Whether an AI agent runs the node: older agents say so, newer ones let n8n run a node of a type of its own. */
const isTool = (context: IExecuteFunctions, { type }: INode): boolean =>
	context.isToolExecution?.() === true || type.endsWith('Tool');

/** The node's output; throws the first failure when the user chose that the workflow stops. */
export async function carryOut(operation: Operation, run: Run): Promise<INodeExecutionData[]> {
	const { context, node, results } = run;
	const { hint, progress, summary, warning } = await operation(run);
	const first = results.firstFailure;
	if (!run.continues && first !== undefined) {
		throw toError(first.failure, first.row, node, progress);
	}
	const failed = failedHint(results.failures);
	for (const [message, type] of [
		[hint, 'info'],
		[failed, 'warning'],
		[warning, 'warning'],
	] as const) {
		if (!message) continue;
		context.addExecutionHints?.({ message: asHtml(message), type, location: 'outputPane' });
	}
	return summary === undefined ? results.items() : [summary, ...results.items()];
}

/** A count of rows in words. */
export const countedRows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;
