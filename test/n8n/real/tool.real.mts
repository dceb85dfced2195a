import { afterAll, expect, it } from 'vitest';
import { startModel } from './model.mts';
import { openStage } from './stage.mts';
import { chain, flameup as node, nodeType, trigger, type Workflow } from './workflows.mts';

const { rest, flameup, credential } = await openStage();
const said = { User_ID: 'asked-for-1', Email: 'asked@example.com', First_Name: 'Ask' };
const model = await startModel(said);
afterAll(() => model.close());

it('is a tool of an AI agent, whose model is a stand-in', async () => {
	const llm = await rest.credential('Model', { apiKey: 'none', url: model.url }, 'openAiApi');
	expect((await rest.run(workflow(llm), credential)).status).toBe('success');
	const [tool] = model.offered;
	expect(Object.keys(tool?.parameters.properties ?? {}).sort()).toEqual(Object.keys(said).sort());
	expect(tool?.description.length).toBeGreaterThan(10);
	const held = flameup.people().get('asked-for-1');
	expect(held).toMatchObject({ email: 'asked@example.com', traits: { first_name: 'Ask' } });
	const [answer = ''] = model.answers;
	expect(answer).not.toBe('');
	expect(answer.length).toBeLessThan(1500);
});

function workflow(llm: { id: string; name: string }): Workflow {
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
		typeVersion: 2,
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
