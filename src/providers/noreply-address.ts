/** https://docs.github.com/en/account-and-profile/reference/email-addresses-reference: `login@` and `id+login@`. */
const GITHUB_NOREPLY = /^(?:\d+\+)?([a-z\d](?:[a-z\d_-]*)(?:\[bot\])?)@users\.noreply\.github\./;
/** https://docs.gitlab.com/user/profile/#use-an-automatically-generated-private-commit-email: `id-login@`, also of a company's own server. */
const GITLAB_NOREPLY = /^\d+-([a-z\d_][a-z\d_.-]*)@users\.noreply\./;

/** The login, in lower case, that a provider's noreply address carries. */
export function loginOf(email: string): string | undefined {
  const address = email.toLowerCase();
  return (GITHUB_NOREPLY.exec(address) ?? GITLAB_NOREPLY.exec(address))?.[1];
}
