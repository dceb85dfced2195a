import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Locator, type Page } from 'playwright-core';
import { find } from './install.mts';
import { owner } from './rest.mts';

interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Pixels below the last element of a picture. */
const MARGIN = 16;

async function boxOf(element: Locator): Promise<Box> {
	const box = await element.boundingBox();
	if (!box) throw new Error('nothing to take a picture of');
	return box;
}

/** The part of the window that holds all boxes; undefined if there are none. */
function around(boxes: readonly Box[]): Box | undefined {
	if (boxes.length === 0) return undefined;
	const x = Math.max(0, Math.min(...boxes.map((box) => box.x)));
	const y = Math.max(0, Math.min(...boxes.map((box) => box.y)));
	const right = Math.min(size.width, Math.max(...boxes.map((box) => box.x + box.width)));
	const bottom = Math.min(size.height, Math.max(...boxes.map((box) => box.y + box.height)));
	return { x, y, width: right - x, height: bottom - y };
}

const quiet =
	'--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** Tall enough for the list of all actions, wide enough for the buttons above the output. */
const size = { width: 1440, height: 1000 };

/** n8n's buttons that lead to the node before and the node after cover the edges of the panels. */
const style = '[data-test-id="floating-nodes"] { visibility: hidden }';

/** The n8n editor in a browser that can reach only loopback. */
export async function openEditor(url: string, shots: string) {
	mkdirSync(shots, { recursive: true });
	const executablePath = find('chromium') ?? 'chromium';
	const browser = await chromium.launch({ executablePath, args: quiet.split(' ') });
	const context = await browser.newContext({ viewport: size });
	await context.route('**/*', (route) => {
		const { hostname, protocol } = new URL(route.request().url());
		const isOurs = hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:';
		return isOurs ? route.continue() : route.abort();
	});
	const page = await context.newPage();
	page.setDefaultTimeout(60_000);
	const errors: string[] = [];
	page.on('pageerror', ({ message }) => errors.push(message));
	let taken = 0;

	/** Finds an element by n8n's test ID. */
	const id = (name: string, inside: Page | Locator = page) =>
		inside.locator(`[data-test-id="${name}"]`);
	/** A picture of the window, or only of the part of it with these elements, as far down as the end of `until`. */
	const shot = async (name: string, shown: Locator[] = [], until?: Locator) => {
		const file = path.join(shots, `${String(++taken).padStart(2, '0')}-${name}.png`);
		const clip = around(await Promise.all(shown.map(boxOf)));
		const end = clip && until && (await boxOf(until));
		if (end) clip.height = Math.min(clip.height, end.y + end.height + MARGIN - clip.y);
		await page.screenshot({ path: file, animations: 'disabled', style, ...(clip && { clip }) });
		return file;
	};
	/** A field of the input pane: the part of its row that can be dragged. */
	const inputField = (name: string) =>
		id('run-data-schema-item', id('ndv-input-panel'))
			.locator(`[data-target="mappable"][data-name="${name}"]`)
			.first();

	return {
		page,
		id,
		shot,
		inputField,
		errors,
		async signIn() {
			await page.goto(`${url}/signin`);
			await id('signin-form').waitFor();
			await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
			await page.locator('input[name="password"]').fill(owner.password);
			await id('form-submit-button').click();
			await page.waitForURL(({ pathname }) => !pathname.includes('signin'));
		},
		canvasNode: (name: string) =>
			page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`),
		parameter: (name: string, inside?: Locator) => id(`parameter-input-${name}`, inside),
		/** A field of the person in the mapper. */
		mapped: (name: string) => id(`parameter-input-${name}`, id('resource-mapper-container')),
		/** Closes popups and moves the focus and the pointer away, so that a picture shows the node. */
		async quieten() {
			for (const close of await page.locator('.el-notification__closeBtn').all()) {
				await close.click({ timeout: 2000 }).catch(() => {});
			}
			await page.getByText('Mapping Column Mode').click();
			await page.mouse.move(0, 0);
			await page.waitForTimeout(600);
		},
		/** The text of a field with an expression. */
		expression: async (field: Locator) =>
			(await field.locator('.cm-content').first().textContent())?.trim(),
		/** Drags with the mouse, as slowly as the editor needs to notice. */
		async drag(source: Locator, target: Locator, picture?: string) {
			await source.scrollIntoViewIfNeeded();
			await target.scrollIntoViewIfNeeded();
			await page.waitForTimeout(300);
			const [from, to] = [await source.boundingBox(), await target.boundingBox()];
			if (!from || !to) throw new Error('nothing to drag');
			const [x, y] = [from.x + from.width / 2, from.y + from.height / 2];
			await page.mouse.move(x, y);
			await page.mouse.down();
			await page.mouse.move(x + 8, y + 8, { steps: 4 });
			await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 12 });
			await page.waitForTimeout(250);
			if (picture) await shot(picture);
			await page.mouse.up();
			await page.waitForTimeout(400);
		},
		close: () => browser.close(),
	};
}
