import { describe, expect, it } from 'vitest';
import type { Refused } from '../../../shared/graph/answer.ts';
import { explainRead, explainUser } from '../../../shared/graph/refusal.ts';

const refused = (status: number, code: string, message: string): Refused => ({
  kind: 'refused',
  status,
  code,
  message,
  requestId: 'request-1',
});
const DENIED = refused(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
const explain = (answer: Refused, isAllowedForOthers: boolean) =>
  explainUser(answer, { verb: 'change', what: 'this user', permission: 'Some.ReadWrite.All', isAllowedForOthers });

describe('the refusal of a request about one user', () => {
  it('is about the account, when Graph allowed the same for others', () => {
    const { code, message } = explain(DENIED, true);
    expect(code).toBe('accessDenied');
    expect(message).toContain('administrator role');
    expect(message).not.toContain('Some.ReadWrite.All');
  });

  it('may be about both, when Graph allowed it for none', () => {
    const { code, message } = explain(DENIED, false);
    expect(code).toBe('accessDenied');
    expect(message).toContain('administrator role');
    expect(message).toContain('Some.ReadWrite.All');
  });

  it('to read tells to look, and not to change', () => {
    const { message } = explainUser(DENIED, {
      verb: 'read',
      what: 'it',
      permission: 'A.Read',
      isAllowedForOthers: true,
    });
    expect(message).toMatch(/may not read.*look at this account/);
  });

  it.each([
    [
      'API call requires one of the following permissions: Policy.ReadWrite.AuthenticationMethod',
      'Policy.ReadWrite.AuthenticationMethod',
    ],
    [
      'Calling principal does not have required MSGraph permissions UserAuthenticationMethod.Read.All',
      'UserAuthenticationMethod.Read.All',
    ],
    [
      'One of the permissions Policy.Read.All, Policy.ReadWrite.AuthenticationMethod is needed',
      'Policy.Read.All or Policy.ReadWrite.AuthenticationMethod',
    ],
    ['No.', 'Some.ReadWrite.All'],
  ])('names the missing permission: %s', (text, permission) => {
    for (const others of [true, false]) {
      const { code, message } = explain(refused(403, 'Authentication_MSGraphPermissionMissing', text), others);
      expect([code, message.includes(`lacks the permission ${permission}.`)]).toEqual(['permissionMissing', true]);
      expect(message).not.toContain('administrator');
    }
  });

  it('is an unknown user only when the user is what Graph did not find', () => {
    expect(explain(refused(404, 'Request_ResourceNotFound', 'Resource x does not exist.'), false).code).toBe(
      'userNotFound',
    );
    const missing = refused(404, 'ResourceNotFound', "Resource not found for the segment 'authentication'.");
    expect(explain(missing, false).code).toBe('ResourceNotFound');
  });

  it.each([
    DENIED,
    refused(400, 'BadRequest', 'This user is managed by its home tenant.'),
    refused(404, 'Request_ResourceNotFound', 'Resource x does not exist.'),
    refused(403, 'Authentication_MSGraphPermissionMissing', 'It requires Policy.Read.All.'),
  ])('keeps status, code, message and request id of Graph: $code', (answer) => {
    for (const { message, requestId } of [explain(answer, true), explainRead(answer, 'the group', 'A.Read.All')]) {
      expect(message).toContain(`${answer.status} ${answer.code}: ${answer.message.replace(/\.$/, '')}`);
      expect(requestId).toBe('request-1');
    }
  });
});

describe('the refusal of a list', () => {
  it('speaks of a permission only when access was denied', () => {
    expect(explainRead(DENIED, 'the group', 'GroupMember.Read.All').message).toContain(
      'permission GroupMember.Read.All',
    );
    const other = explainRead(refused(400, 'BadRequest', 'No.'), 'the group', 'GroupMember.Read.All');
    expect(other.message).not.toContain('permission');
  });
});
