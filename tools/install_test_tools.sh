#!/bin/sh
# Chromium, the PostgreSQL server, gettext, a speaking voice, from Debian's packages: installed when root, named when not.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v msgmerge >/dev/null 2>&1 || missing="$missing gettext"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "Les tests ont besoin de paquets Debian. Installez-les, puis recommencez :"
    echo "    sudo apt-get install --no-install-recommends$missing"
    exit 1
fi
echo "Installation des paquets Debian nécessaires aux tests :$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words is meant
apt-get install -y -qq --no-install-recommends $missing >/dev/null
