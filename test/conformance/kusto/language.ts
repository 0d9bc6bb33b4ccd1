import { createRequire } from 'node:module';

/** A fault that the language service finds in a query. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

interface Collection<T> {
  readonly Count: number;
  getItem(index: number): T;
}
interface Diagnostic {
  readonly Severity: string;
  readonly Code: string;
  readonly Message: string;
}
interface Globals {
  WithDatabase(database: object): Globals;
}
/** What is used of the language service, which was compiled from C# and has no modules. */
interface KustoLanguage {
  readonly GlobalState: { readonly Default: Globals };
  readonly KustoCode: {
    ParseAndAnalyze(text: string, globals: Globals): { GetDiagnostics(): Collection<Diagnostic> };
  };
  readonly Symbols: {
    readonly TableSymbol: { From(schema: string): { WithName(name: string): object } };
    readonly DatabaseSymbol: new (name: string, tables: readonly object[]) => object;
  };
}

const load = createRequire(import.meta.url);
const folder = '../node_modules/@kusto/language-service-next';

function loadLanguage(): KustoLanguage {
  load(`${folder}/bridge.min.js`); // what C# has and JavaScript has not
  load(`${folder}/Kusto.Language.Bridge.min.js`);
  const { Kusto } = globalThis as unknown as { readonly Kusto: { readonly Language: KustoLanguage } };
  return Kusto.Language;
}

/** @param tables columns by table, as Kusto writes a schema: `(TimeGenerated: datetime, Message: string)` */
export function queryChecker(tables: Readonly<Record<string, string>>): (query: string) => Fault[] {
  const { GlobalState, KustoCode, Symbols } = loadLanguage();
  const symbols = Object.entries(tables).map(([name, schema]) => Symbols.TableSymbol.From(schema).WithName(name));
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol('workspace', symbols));
  return (query) => {
    const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
    return Array.from({ length: found.Count }, (_, index) => {
      const { Code, Message } = found.getItem(index);
      return { code: Code, message: Message };
    });
  };
}
