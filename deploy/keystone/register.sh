#!/usr/bin/env bash
# Registers the image service in Keystone, as the installation guide of OpenStack does: the service account with its
# roles, the service, its endpoints. May run again: what is there stays, endpoints and password become what is given.
#
#   OS_… in the environment: an administrator (source admin-openrc).
#   deploy/keystone/register.sh --url http://images.example:9292 [--region RegionOne] [--user glance] [--project service]
#
# The account's password is read from GLINT_SERVICE_PASSWORD, or asked for. Needs python3-openstacksdk.
set -euo pipefail
exec /usr/bin/python3 -W ignore::DeprecationWarning /dev/fd/3 "$@" 3<<'PYTHON'
import argparse
import getpass
import os
import re
import sys

import openstack


def arguments():
    parser = argparse.ArgumentParser(prog="register", description="Registers the image service in Keystone.")
    parser.add_argument("--url", required=True, help="the http(s) URL under which clients reach the image service")
    parser.add_argument("--region", default="RegionOne")
    parser.add_argument("--user", default="glance")
    parser.add_argument("--project", default="service")
    parser.add_argument("--domain", default="default", help="id of the domain of both")
    given = parser.parse_args()
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", given.url):
        parser.error(f"--url: {given.url} is no http(s) URL")
    given.password = os.environ.get("GLINT_SERVICE_PASSWORD") or getpass.getpass(f"password of the account {given.user}: ")
    if not given.password:
        parser.error("an empty password is none")
    return given


def say(text):
    print(f"register: {text}", flush=True)


def ensure_account(identity, given):
    project = identity.find_project(given.project, domain_id=given.domain)
    if not project:
        project = identity.create_project(name=given.project, domain_id=given.domain, description="Service accounts")
        say(f"project {given.project} made")
    user = identity.find_user(given.user, domain_id=given.domain)
    if user:
        identity.update_user(user, password=given.password)
    else:
        user = identity.create_user(name=given.user, domain_id=given.domain, password=given.password)
    # admin: to validate tokens; service: what other services recognise it by.
    for name in ("admin", "service"):
        role = identity.find_role(name) or identity.create_role(name=name)
        identity.assign_project_role_to_user(project, user, role)
    say(f"user {given.user} is admin and service in {given.project}")


def ensure_service(identity, given):
    service = next((one for one in identity.services() if one.type == "image"), None)
    if not service:
        service = identity.create_service(type="image", name="glance", description="Image service")
        say("service image made")
    known = {one.interface: one for one in identity.endpoints(service_id=service.id) if one.region_id == given.region}
    if not identity.find_region(given.region):
        identity.create_region(id=given.region)
    for interface in ("public", "internal", "admin"):
        if interface in known:
            identity.update_endpoint(known[interface], url=given.url)
        else:
            identity.create_endpoint(
                service_id=service.id, interface=interface, region_id=given.region, url=given.url
            )
        say(f"{interface} endpoint in {given.region}: {given.url}")


def main():
    given = arguments()
    identity = openstack.connect().identity
    ensure_account(identity, given)
    ensure_service(identity, given)


try:
    main()
except Exception as error:  # of the library: its text says what Keystone refused
    sys.exit(f"register: {error}")
PYTHON
