import { startModel } from './model.mts';
import type { Stage } from './stage.mts';
import { chain, flameup, nodeType, trigger, type Workflow } from './workflows.mts';

const fromModel = (name: string, about: string) =>
	`={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${name}', \`${about}\`, 'string') }}`;

/** The node as a tool of an AI agent whose model is a stand-in. */
export async function checkTool({ rest, credential, simulator, check, same }: Stage) {
	const model = await startModel({
		User_ID: 'asked-for-1',
		Email: 'asked@example.com',
		First_Name: 'Ask',
	});
	try {
		const llm = await rest.credential('Model', { apiKey: 'none', url: model.url }, 'openAiApi');
		const run = await rest.run(workflow(llm), credential);
		same('AI tool: the run succeeds', run.status, 'success');
		const [tool] = model.offered;
		const { properties = {} } = tool?.parameters ?? {};
		const asked = Object.keys(properties).sort();
		same('AI tool: the model is asked for the fields', asked, ['Email', 'First_Name', 'User_ID']);
		check('AI tool: it has a description', (tool?.description.length ?? 0) > 10, tool);
		const held = simulator.flameup.people().get('asked-for-1');
		same(
			'AI tool: the person is there',
			[held?.email, held?.traits.first_name],
			['asked@example.com', 'Ask'],
		);
		const [answer = ''] = model.answers;
		check(
			'AI tool: the model reads a short answer',
			answer.length > 0 && answer.length < 1500,
			answer,
		);
	} finally {
		model.close();
	}
}

function workflow(llm: { id: string; name: string }): Workflow {
	const value = {
		userId: fromModel('User_ID', 'the user ID of the person'),
		email: fromModel('Email', ''),
		first_name: fromModel('First_Name', ''),
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
	const made = chain(
		'tool',
		trigger,
		agent,
		chat,
		flameup({ person }, { type: `${nodeType}Tool` }),
	);
	const to = (type: string) => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
	const { Start = {} } = made.connections;
	const connections = { Start, Model: to('ai_languageModel'), Flameup: to('ai_tool') };
	return { ...made, connections };
}
