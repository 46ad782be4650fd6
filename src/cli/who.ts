/** Who runs a command, as the API server knows them: signed under what a person lets go. */
import { ApiError } from '../api/client.ts';
import type { HttpObjectClient } from '../kube/index.ts';

/** Characters a field manager may have. */
const LONGEST = 128;

/**
 * The field manager of a write a person stands for: the command and, where the server tells it, the
 * user's name. It is what the operator's audit trail and the object's managedFields show.
 *
 * @example personalManager(client, 'appset-approve') // 'appset-approve by alice@example.org'
 */
export async function personalManager(client: HttpObjectClient, command: string): Promise<string> {
  try {
    const user = await client.userName();
    if (user === undefined || !/^[\x20-\x7e]+$/.test(user)) return command;
    return `${command} by ${user}`.slice(0, LONGEST);
  } catch (error) {
    // servers before 1.28 do not know the question
    if (error instanceof ApiError) return command;
    throw error;
  }
}
