import { chromium } from 'playwright-core';

/** Takes a picture of a page in the browser of the machine: its head, as far as the second card. */
export async function takePicture(html: string, file: string): Promise<void> {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--hide-scrollbars'],
	});
	try {
		const page = await browser.newPage({ viewport: { width: 800, height: 1_200 } });
		await page.setContent(html);
		await page.screenshot({ path: file });
	} finally {
		await browser.close();
	}
}
