/**
 * A git server as a process of its own, so that its work is not in the figures: `server.ts ROOT` says where it
 * is, and ends when its input does, as it does when whoever started it is gone.
 */
import { gitServer } from '../../test/unit/git/fixture.ts';

const server = await gitServer(process.argv[2] ?? '.');
process.stdout.write(`${server.url}\n`);
process.stdin.resume().once('end', () => void server.close());
