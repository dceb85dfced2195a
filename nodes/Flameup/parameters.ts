import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { Failure } from './failure';
import { sentence } from './wording';

/** Reads one parameter for a row. */
export type Read<T> = (row: number) => T | Failure;

/** The node's parameters; expressions are worked out only where a row can differ. */
export interface Parameters {
	/** As it is stored: an expression stays one. */
	raw(path: string): unknown;
	/** The same for every row; undefined when it is not set. */
	constant(path: string, label: string): unknown;
	/** For one row after the other: worked out again only if it is an expression. */
	each(path: string, label: string): Read<unknown>;
}

/** n8n's mark of an expression. */
const isExpression = (value: unknown): value is string =>
	typeof value === 'string' && value.startsWith('=');

export function createParameters(context: IExecuteFunctions, node: INode): Parameters {
	const raw = (path: string): unknown =>
		path
			.split(/[.[\]]+/)
			.filter((key) => key !== '')
			.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], {
				...node.parameters,
			});

	function workOut(path: string, label: string, row: number): unknown {
		try {
			return context.getNodeParameter(path, row);
		} catch (error) {
			return new Failure({
				code: 'invalid_parameter',
				title: `${label}: The expression could not be worked out`,
				reason: error instanceof Error ? sentence(error.message) : 'It gave no reason.',
				hint: `Correct the expression in ${label}, or the data that it reads.`,
			});
		}
	}

	return {
		raw,
		constant: (path, label) =>
			isExpression(raw(path)) ? workOut(path, label, 0) : (raw(path) ?? undefined),
		each(path, label) {
			const value = raw(path);
			return isExpression(value) ? (row) => workOut(path, label, row) : () => value;
		},
	};
}
