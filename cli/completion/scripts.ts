import { COMPLETE_COMMAND } from './candidates.ts';

/** Each script asks the command line itself for the next words, so it is never outdated. */
export const completionScripts = {
  bash: `# bash completion for mfa. Add to ~/.bashrc: source <(mfa completion bash)
_mfa() {
  local IFS=$'\\n'
  COMPREPLY=($(mfa ${COMPLETE_COMMAND} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
# Without candidates, the shell completes file names, for options such as --csv.
complete -o default -F _mfa mfa
`,
  zsh: `#compdef mfa
# zsh completion for mfa. Add to ~/.zshrc, after compinit: source <(mfa completion zsh)
_mfa() {
  local -a found
  found=("\${(@f)$(mfa ${COMPLETE_COMMAND} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _mfa mfa
`,
  fish: `# fish completion for mfa. Save as ~/.config/fish/completions/mfa.fish
function __mfa_complete
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  set -l typed (commandline --cut-at-cursor --current-token)
  mfa ${COMPLETE_COMMAND} $words[2..-1] "$typed" 2>/dev/null
end
complete --command mfa --arguments '(__mfa_complete)'
`,
  powershell: `# PowerShell completion for mfa. Add to $PROFILE: mfa completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName mfa -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    mfa ${COMPLETE_COMMAND} @words "typed:$wordToComplete" 2>$null | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`,
} as const;

export type Shell = keyof typeof completionScripts;
export const shells: readonly Shell[] = ['bash', 'zsh', 'fish', 'powershell'];
