import { afterAll, beforeEach, expect, it } from 'vitest';
import { startModel } from './model.mts';
import { openStage } from './stage.mts';
import { chain, flameup as node, nodeType, trigger, type Workflow } from './workflows.mts';

const { rest, flameup, credential } = await openStage();
const said = { User_ID: 'asked-for-1', Email: 'asked@example.com', First_Name: 'Ask' };
const model = await startModel(said);
afterAll(() => model.close());
beforeEach(() => void model.answers.splice(0));
const llm = await rest.credential('Model', { apiKey: 'none', url: model.url }, 'openAiApi');

/** In 2, the agent runs the node; in 3, n8n runs it for the agent. */
const VERSIONS = [2, 3.1];

it.each(VERSIONS)('works as a tool of AI agent %d with a fake model', async (version) => {
	expect((await rest.run(workflow(version), credential)).status).toBe('success');
	const [tool] = model.offered;
	expect(Object.keys(tool?.parameters.properties ?? {}).sort()).toEqual(Object.keys(said).sort());
	expect(tool?.description.length).toBeGreaterThan(10);
	const held = flameup.people().get('asked-for-1');
	expect(held).toMatchObject({ email: 'asked@example.com', traits: { first_name: 'Ask' } });
	const [answer = ''] = model.answers;
	expect(answer).not.toBe('');
	expect(answer.length).toBeLessThan(1500);
});

it.each(VERSIONS)('gives the model of AI agent %d the error of a person', async (version) => {
	flameup.set({ maxBodyBytes: 1 });
	expect((await rest.run(workflow(version), credential)).status).toBe('success');
	expect(model.answers).toHaveLength(1);
	const [answer = ''] = model.answers;
	expect(answer).toContain('too_large_for_flameup');
	expect(answer).toContain('Leave out large fields.');
	expect(answer).toContain('asked-for-1');
});

function workflow(typeVersion: number): Workflow {
	const asked = (name: string, about: string) =>
		`={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${name}', \`${about}\`, 'string') }}`;
	const value = {
		userId: asked('User_ID', 'the user ID of the person'),
		email: asked('Email', ''),
		first_name: asked('First_Name', ''),
	};
	const person = { mappingMode: 'defineBelow', value, matchingColumns: [], schema: [] };
	const agent = {
		name: 'Agent',
		type: '@n8n/n8n-nodes-langchain.agent',
		typeVersion,
		parameters: { promptType: 'define', text: 'Save Ask, user asked-for-1.', options: {} },
	};
	const chat = {
		name: 'Model',
		type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
		typeVersion: 1.2,
		parameters: { model: { __rl: true, mode: 'id', value: 'model' }, options: {} },
		credentials: { openAiApi: llm },
	};
	const made = chain('tool', trigger, agent, chat, node({ person }, { type: `${nodeType}Tool` }));
	const to = (type: string) => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
	const { Start = {} } = made.connections;
	const connections = { Start, Model: to('ai_languageModel'), Flameup: to('ai_tool') };
	return { ...made, connections };
}
