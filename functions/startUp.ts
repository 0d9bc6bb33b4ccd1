import { app } from '@azure/functions';
import { dependencies } from '../shared/dependencies.ts';

// A setting that is missing or wrong shows when the app starts, not when somebody calls.
app.hook.appStart(() => {
  dependencies();
});
