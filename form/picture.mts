import { chromium } from 'playwright-core';

const WIDTH = 800;

/** The setting before which the picture ends. */
const END = 'Nested Values';

/** Takes a picture of the form's head in the browser of the machine. */
export async function takePicture(html: string, file: string): Promise<void> {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--hide-scrollbars'],
	});
	try {
		const page = await browser.newPage({ viewport: { width: WIDTH, height: 2_000 } });
		await page.setContent(html);
		const end = await page.getByText(END, { exact: true }).first().boundingBox();
		if (end === null) throw new Error(`The form does not show ${END}.`);
		await page.screenshot({ path: file, clip: { x: 0, y: 0, width: WIDTH, height: end.y - 10 } });
	} finally {
		await browser.close();
	}
}
