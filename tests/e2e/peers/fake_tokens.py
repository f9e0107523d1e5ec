"""A paste filter for the reference: an X-Auth-Token "user:project:role[,role…]" is believed, without a Keystone.

The same tokens as glint-origin takes with --insecure-fake-identity; project "none": no project. What else a client says
of itself is dropped, as Keystone's own middleware does.
"""

CLAIMS = ("IDENTITY_STATUS", "USER_ID", "PROJECT_ID", "TENANT_ID", "ROLES")


def filter_factory(_global_conf, **_local_conf):
    return lambda application: lambda environ, start: application(with_identity(environ), start)


def with_identity(environ):
    environ = {key: value for key, value in environ.items() if key not in {"HTTP_X_" + claim for claim in CLAIMS}}
    user, project, roles = (environ.get("HTTP_X_AUTH_TOKEN", "").split(":") + ["", ""])[:3]
    environ["HTTP_X_IDENTITY_STATUS"] = "Confirmed" if user and project else "Invalid"
    if user and project:
        environ |= {"HTTP_X_USER_ID": user, "HTTP_X_ROLES": roles}
        if project != "none":
            environ["HTTP_X_PROJECT_ID"] = project
    return environ
