/**
 * The minimum work of any peer on stdin: splits it into lines, optionally decodes and parses each, and
 * prints the line count. It is self-contained, so that its source text can run on its own.
 */
export function floor(parse: boolean) {
	const newline = 10;
	let lines = 0;
	let rest: Buffer = Buffer.alloc(0);

	const take = (line: Buffer) => {
		lines++;
		if (parse) JSON.parse(line.toString());
	};

	process.stdin.on('data', (chunk: Buffer) => {
		let from = 0;
		for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
			const piece = chunk.subarray(from, to);
			take(rest.length === 0 ? piece : Buffer.concat([rest, piece]));
			rest = rest.subarray(rest.length);
			from = to + 1;
		}
		rest = Buffer.concat([rest, chunk.subarray(from)]);
	});
	process.stdin.on('end', () => console.log(lines));
}
