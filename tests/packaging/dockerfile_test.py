"""The Dockerfile, read without Docker: what it copies is there, it runs as a user, its port, command and health check are
what the shell takes. Where npm has or gets dockerfilelint, that has no complaints either."""
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ["PARTON"]


def instructions(text):
    """(name, rest) of each; comments are left out, continued lines are one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [tuple(line.strip().split(None, 1)) for line in joined.splitlines() if line.strip()]


def stages(found):
    out = []
    for name, rest in found:
        if name == "FROM":
            words = rest.split()
            out.append({"image": words[0], "name": words[2] if len(words) == 3 else None, "steps": []})
        else:
            out[-1]["steps"].append((name, rest))
    return out


def only(stage, name):
    values = [rest for step, rest in stage["steps"] if step == name]
    assert len(values) == 1, f"{name} stands {len(values)} times in the last stage"
    return values[0]


def check():
    with open(os.path.join(ROOT, "Dockerfile"), encoding="utf-8") as file:
        found = stages(instructions(file.read()))
    known = {"COPY", "RUN", "LABEL", "USER", "VOLUME", "WORKDIR", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    names = [stage["name"] for stage in found]
    for at, stage in enumerate(found):
        assert re.fullmatch(r"debian:12(-slim)?", stage["image"]), stage["image"]
        for name, rest in stage["steps"]:
            assert name in known, name
            if name == "COPY":
                words = rest.split()
                if words[0].startswith("--from="):
                    assert words[0][7:] in names[:at], rest
                else:
                    assert all(os.path.exists(os.path.join(ROOT, word)) for word in words[:-1]), rest
            if name == "RUN":
                for script in re.findall(r"/src/(\S+/\S+)", rest):
                    if not script.startswith("build/"):
                        assert os.access(os.path.join(ROOT, script), os.X_OK), script
                assert "apt-get install" not in rest or "rm -rf /var/lib/apt/lists" in rest, rest
    image = found[-1]
    assert len(found) == 2 and image["image"].endswith("-slim")
    assert only(image, "USER") not in ("root", "0")
    assert only(image, "VOLUME") == "/data"
    assert json.loads(only(image, "ENTRYPOINT")) == ["parton"]
    command = json.loads(only(image, "CMD"))
    port = only(image, "EXPOSE")
    assert command[:2] == ["serve", "/data"] and command[command.index("--port") + 1] == port
    shown = subprocess.run([PROGRAM, "serve", "--help"], check=True, capture_output=True, text=True).stdout
    for word in command:
        assert not word.startswith("--") or re.search(rf"^  {word}\b", shown, re.M), word
    health = only(image, "HEALTHCHECK")
    asked = json.loads(health[health.index("CMD") + 3:])
    assert asked == ["parton", "healthcheck", f"http://127.0.0.1:{port}"], asked
    # Nobody serves the port 1.
    code = subprocess.run([PROGRAM, "healthcheck", "http://127.0.0.1:1"], capture_output=True, check=False).returncode
    assert code == 1, code


def lint():
    """What the linter says; None: it is not to be had here."""
    if not shutil.which("npx"):
        return None
    done = subprocess.run(["npx", "--yes", "dockerfilelint@1.8.0", "-o", "json", os.path.join(ROOT, "Dockerfile")],
                          capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, "npm_config_fetch_retries": "0", "npm_config_update_notifier": "false"})
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


check()
print("the Dockerfile is in order")
if "--lint" in sys.argv:
    said = lint()
    if said is None:
        print("skipped: npm has no dockerfilelint here")
        sys.exit(77)
    assert said["totalIssues"] == 0, json.dumps(said, indent=1)
    print("dockerfilelint has no complaints")
