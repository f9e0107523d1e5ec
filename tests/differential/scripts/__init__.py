"""The scripts, by topic. Importing this package registers all of them (steps.SCRIPTS)."""

import importlib
import pkgutil

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
