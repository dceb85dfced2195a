import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tool as described to a language model. */
export interface OfferedTool {
	name: string;
	description: string;
	parameters: { properties?: Record<string, unknown>; required?: string[] };
}

/**
 * A fake language model for n8n: calls the first tool it is offered with these arguments,
 * and replies with the tool's result.
 */
export async function startModel(toolArguments: Record<string, unknown>) {
	const offered: OfferedTool[] = [];
	const answers: string[] = [];
	const server = createServer(async (request, response) => {
		const { messages, tools = [] } = await bodyOf(request);
		offered.splice(0, Infinity, ...tools.map((tool) => tool.function));
		const last = messages.at(-1);
		if (last?.role === 'tool') answers.push(String(last.content));
		const call = {
			id: 'call_1',
			type: 'function',
			function: { name: offered[0]?.name, arguments: JSON.stringify(toolArguments) },
		};
		const isFirst = last?.role !== 'tool' && offered.length > 0;
		const message = isFirst
			? { role: 'assistant', content: null, tool_calls: [call] }
			: { role: 'assistant', content: 'Done.' };
		const choice = { index: 0, message, finish_reason: isFirst ? 'tool_calls' : 'stop' };
		const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
		const body = { id: 'chat_1', object: 'chat.completion', created: 1, model: 'model' };
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ ...body, choices: [choice], usage }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const close = () => {
		server.close();
		server.closeAllConnections();
	};
	return { url: `http://127.0.0.1:${port}/v1`, offered, answers, close };
}

interface ChatRequest {
	messages: { role: string; content: unknown }[];
	tools?: { function: OfferedTool }[];
}

async function bodyOf(request: IncomingMessage): Promise<ChatRequest> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{"messages":[]}');
}
